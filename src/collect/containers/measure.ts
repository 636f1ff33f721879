import type { ContainerReading, ContainerUsage } from '../../model/container-reading.ts'
import type { Seconds } from '../../model/units.ts'
import { mapBounded } from '../concurrency.ts'
import { isTooOld, untilWindowHolds } from '../deadline.ts'
import type { SystemPaths } from '../system-paths.ts'
import { networkOf, sampleOfStats } from './api-sample.ts'
import type { Asking } from './asking.ts'
import { type CgroupLocation, cgroupsByName, locateByProcess } from './cgroup-location.ts'
import { readCgroup } from './cgroup-sample.ts'
import type { Inspection } from './inspection.ts'
import { readKernelFile } from './kernel-files.ts'
import { readNetDev } from './network-counters.ts'
import type { ContainerSample } from './sample.ts'
import { usageBetween } from './usage.ts'

/**
 * Samples cost the engine little, but Docker 20.10 answers each at the next tick of its clock of one second:
 * asked in turn, forty containers would take five.
 */
const SAMPLES_AT_A_TIME = 128

/** One container, as the engine states it and as perfbot reads it. */
export type Look = { readonly inspection: Inspection; readonly reading: ContainerReading }

export type Meter = {
  /** Usage by container id, measured against the earlier sample of the same run, or over a window of its own. */
  usageOf(looks: readonly Look[], asking: Asking): Promise<Map<string, ContainerUsage | null>>
}

/** Where a run of a container is measured: in the kernel's files, or by the engine. */
type Place = { readonly run: string; readonly cgroup: CgroupLocation | null; readonly hasProcess: boolean }

/** `isHere`: the engine may run on this machine, so that the kernel's files can be those of its containers. */
export function createMeter(paths: SystemPaths, isHere: boolean, window: Seconds): Meter {
  const earlier = new Map<string, ContainerSample>()
  const places = new Map<string, Place>()
  return {
    async usageOf(looks, asking) {
      const running = looks.filter(({ reading }) => reading.state === 'running' || reading.state === 'paused')
      forgetOthers(places, running)
      await findPlaces(running, places, isHere ? paths : null)
      const sample = (look: Look) => sampleOf(look, places.get(look.reading.id), paths, asking)

      const begun = await mapBounded(running, SAMPLES_AT_A_TIME, async (look) => ({
        look,
        first: usableSample(look, earlier) ?? (await sample(look)),
      }))
      await untilWindowHolds(
        Math.max(0, ...begun.map(({ first }) => first?.readAt ?? 0)),
        window,
        asking.signal,
      )

      earlier.clear()
      const usages = new Map<string, ContainerUsage | null>()
      await mapBounded(begun, SAMPLES_AT_A_TIME, async ({ look, first }) => {
        const last = first && (await sample(look))
        if (!first || !last) return
        earlier.set(look.reading.id, last)
        usages.set(look.reading.id, usageBetween(first, last, look.reading.limits.cpuCores))
      })
      return usages
    },
  }
}

function usableSample({ inspection }: Look, earlier: Map<string, ContainerSample>): ContainerSample | null {
  const kept = earlier.get(inspection.Id)
  return kept && kept.run === inspection.State.StartedAt && !isTooOld(kept.readAt) ? kept : null
}

function forgetOthers(places: Map<string, Place>, running: readonly Look[]): void {
  const ids = new Set(running.map(({ reading }) => reading.id))
  for (const id of places.keys()) if (!ids.has(id)) places.delete(id)
}

/** Once for each run: a new one has another process, and may have another cgroup. */
async function findPlaces(
  running: readonly Look[],
  places: Map<string, Place>,
  paths: SystemPaths | null,
): Promise<void> {
  let byName: Map<string, CgroupLocation> | null = null
  // Where one process is seen all are: one that is not has ended, and a walk through the whole tree finds nothing.
  const seesProcesses = [...places.values()].some(({ hasProcess }) => hasProcess)
  for (const { inspection } of running) {
    const { Id: id, State } = inspection
    if (places.get(id)?.run === State.StartedAt) continue
    const byProcess = paths && locateByProcess(paths, id, State.Pid)
    if (paths && !byProcess && !seesProcesses) byName ??= await cgroupsByName(paths)
    places.set(id, {
      run: State.StartedAt,
      cgroup: byProcess || byName?.get(id) || null,
      hasProcess: byProcess !== null,
    })
  }
}

/** The kernel's files cost microseconds. Where they are not to be seen, or no longer, the engine is asked. */
async function sampleOf(
  look: Look,
  place: Place | undefined,
  paths: SystemPaths,
  asking: Asking,
): Promise<ContainerSample | null> {
  const counters = place?.cgroup ? readCgroup(place.cgroup) : null
  if (!place || counters === null) return sampleOfEngine(look, asking)
  const readAt = performance.now()
  const { totals, ...rest } = counters
  const network = await networkTotals(look, place, paths, asking)
  return { ...rest, run: place.run, readAt, statedAt: null, totals: { ...totals, network } }
}

/** The process shows the network that it is in. Where only its cgroup is seen, the engine knows. */
async function networkTotals(
  look: Look,
  place: Place,
  paths: SystemPaths,
  asking: Asking,
): Promise<ContainerSample['totals']['network']> {
  if (look.reading.networkMode === 'host') return null
  if (!place.hasProcess) return (await sampleOfEngine(look, asking))?.totals.network ?? null
  const text = readKernelFile(`${paths.procfs}/${look.inspection.State.Pid}/net/dev`)
  return text === null ? null : readNetDev(text)
}

const sampleOfEngine = (
  { inspection, reading }: Look,
  { api, about, signal }: Asking,
): Promise<ContainerSample | null> =>
  about(`usage of container ${reading.name}`, async () => {
    const stats = await api.stats(inspection.Id, signal)
    const sample = sampleOfStats(stats, inspection.State.StartedAt, performance.now())
    if (!sample) return null
    // The engine leaves out a list that is empty; with the network of the host there is none.
    const network = reading.networkMode === 'host' ? null : (networkOf(stats) ?? [])
    return { ...sample, totals: { ...sample.totals, network } }
  })
