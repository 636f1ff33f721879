import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Engines } from '../engines.ts'
import { operation } from './operation.ts'

/** Settings that tune, and cannot lock anybody out or open anything. The command file bounds their values. */
export const SYSCTLS = [
  'fs.file-max',
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'net.core.somaxconn',
  'net.ipv4.tcp_max_syn_backlog',
  'vm.dirty_background_ratio',
  'vm.dirty_ratio',
  'vm.max_map_count',
  'vm.overcommit_memory',
  'vm.swappiness',
] as const

const sysctlArguments = { setting: z.enum(SYSCTLS) }

export const sysctlPath = (setting: string, { machine }: Engines): string =>
  join(machine.sysctlRoot, ...setting.split('.'))

/** One file for each setting, read after the distribution's own. */
export const sysctlFile = (setting: string, { machine }: Engines): string =>
  join(machine.sysctlDirectory, `90-perfbot-${setting.replaceAll('.', '-')}.conf`)

export const sysctlValue = async (setting: string, engines: Engines): Promise<string> =>
  (await readFile(sysctlPath(setting, engines), 'utf8')).trim().replace(/\s+/g, ' ')

export async function keptSysctl(setting: string, engines: Engines): Promise<string | null> {
  try {
    const text = await readFile(sysctlFile(setting, engines), 'utf8')
    return /=\s*(.+?)\s*$/m.exec(text)?.[1] ?? null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function keep(setting: string, value: string, engines: Engines): Promise<void> {
  const path = sysctlFile(setting, engines)
  await writeFile(`${path}.draft`, `# Written by perfbot.\n${setting} = ${value}\n`)
  await rename(`${path}.draft`, path)
}

/** At once, and over the next start. The file first: what is cut off then still holds after it. */
export const hostSetSysctl = operation({
  name: 'host.set-sysctl',
  argumentsSchema: z.strictObject({ ...sysctlArguments, value: z.int().min(0) }),
  exact: ({ setting, value }) =>
    `echo '${setting} = ${value}' > /etc/sysctl.d/90-perfbot-${setting.replaceAll('.', '-')}.conf\nsysctl -w ${setting}=${value}`,
  async run({ setting, value }, engines) {
    await keep(setting, String(value), engines)
    await writeFile(sysctlPath(setting, engines), String(value))
  },
  async wasDone({ setting, value }, engines) {
    const [now, kept] = [await sysctlValue(setting, engines), await keptSysctl(setting, engines)]
    return now === String(value) && kept === String(value)
  },
})

export const hostRestoreSysctl = operation({
  name: 'host.restore-sysctl',
  argumentsSchema: z.strictObject(sysctlArguments),
  exact: ({ setting }) =>
    `rm /etc/sysctl.d/90-perfbot-${setting.replaceAll('.', '-')}.conf  # or its former value\nsysctl -w ${setting}=…  # as before`,
  async remember({ setting }, engines) {
    const [value, kept] = [await sysctlValue(setting, engines), await keptSysctl(setting, engines)]
    return { value, ...(kept === null ? {} : { kept }) }
  },
  async run({ setting }, engines, _signal, remembered) {
    if (remembered?.value === undefined) throw new Error(`what ${setting} was before is not known`)
    if (remembered.kept === undefined) await rm(sysctlFile(setting, engines), { force: true })
    else await keep(setting, String(remembered.kept), engines)
    await writeFile(sysctlPath(setting, engines), String(remembered.value))
  },
  async wasDone({ setting }, engines, _signal, { remembered }) {
    const [now, kept] = [await sysctlValue(setting, engines), await keptSysctl(setting, engines)]
    return now === remembered?.value && kept === (remembered?.kept ?? null)
  },
})
