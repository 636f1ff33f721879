import { readdirSync } from 'node:fs'
import { kernelFile, numberIn } from './kernel-file.ts'

/** Of the first processor: they differ only where somebody set them so. */
export const readGovernor = (sysfs: string): string | null =>
  kernelFile(`${sysfs}/devices/system/cpu/cpu0/cpufreq/scaling_governor`)?.trim() || null

/**
 * How often cores slowed down for heat (Intel's; Documentation/admin-guide/pm/thermal). Both threads of a core state the
 * same count. Where the counts stand is looked up once for each number of processors.
 */
export function thermalThrottles(sysfs: string): (processors: number) => number | null {
  let known: { processors: number; files: string[] } | null = null
  return (processors) => {
    if (known?.processors !== processors) known = { processors, files: throttleFiles(sysfs) }
    const counts = known.files.map(numberIn).filter((count) => count !== null)
    return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : null
  }
}

function throttleFiles(sysfs: string): string[] {
  const cpus = `${sysfs}/devices/system/cpu`
  const byCore = new Map<string, string>()
  for (const name of namesIn(cpus).filter((each) => /^cpu\d+$/.test(each))) {
    const file = `${cpus}/${name}/thermal_throttle/core_throttle_count`
    if (numberIn(file) === null) continue
    const [socket, core] = ['physical_package_id', 'core_id'].map(
      (each) => numberIn(`${cpus}/${name}/topology/${each}`) ?? name,
    )
    byCore.set(`${socket} ${core}`, file)
  }
  return [...byCore.values()]
}

/** What is in a folder; nothing where there is none or none may be seen. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
