import type { Config } from './config.ts'
import type { Thresholds } from './diagnose/thresholds.ts'
import { type Timestamp, timestamp } from './model/units.ts'
import type { Store } from './store/store.ts'

export type ThresholdName = keyof Thresholds

/** A threshold that people may set, as it is now. */
export type SettableThreshold = {
  readonly name: ThresholdName
  readonly title: string
  readonly value: number
  /** What the configuration says. */
  readonly configured: number
  readonly lowest: number
  readonly highest: number
}

export type Settings = {
  /** What rules judge by: the configuration, with what people set within its bounds. */
  thresholds(): Thresholds
  /** Another bot may have been told meanwhile. */
  read(): Promise<void>
  settable(): SettableThreshold[]
  /** Throws on what the configuration does not allow. */
  set(name: ThresholdName, value: number, by: string): Promise<void>
}

/** What can be set without knowing rules by heart; others are named as the configuration names them. */
const TITLES: Partial<Record<ThresholdName, string>> = {
  cpuBusy: 'Processors busy, from',
  memoryAvailable: 'Memory available, below',
  diskAvailable: 'Room on a file system, below',
  containerMemory: 'Memory of a container of its limit, from',
  throttled: 'A container held back by its CPU limit, from',
  connections: 'PostgreSQL connections taken, from',
  redisMemory: 'Memory of Redis, from',
  serviceSuccess: 'Probes of a service that succeed, below',
}

const SETTING = 'threshold:'

export function createSettings({
  store,
  config,
  clock,
}: {
  store: Store
  config: Pick<Config, 'host' | 'thresholds' | 'slack'>
  clock: () => Date
}): Settings {
  const bounds = Object.entries(config.slack.settings.thresholds) as [ThresholdName, [number, number]][]
  let current = config.thresholds

  const settable = (): SettableThreshold[] =>
    bounds.map(([name, [lowest, highest]]) => ({
      name,
      title: TITLES[name] ?? name,
      value: current[name],
      configured: config.thresholds[name],
      lowest,
      highest,
    }))

  async function read(): Promise<void> {
    const kept = await store.settings(config.host)
    const changed: Partial<Thresholds> = {}
    for (const [name, [lowest, highest]] of bounds) {
      const setting = kept.find((each) => each.name === `${SETTING}${name}`)
      // What was set under wider bounds no longer holds under narrower ones.
      if (setting && lowest <= setting.value && setting.value <= highest) changed[name] = setting.value
    }
    current = { ...config.thresholds, ...changed }
  }

  return {
    thresholds: () => current,
    read,
    settable,
    async set(name, value, by) {
      const threshold = settable().find((each) => each.name === name)
      if (!threshold) throw new RangeError(`slack.settings.thresholds does not let people set ${name}`)
      const { lowest, highest, value: before } = threshold
      if (!(lowest <= value && value <= highest)) {
        throw new RangeError(`${name} has to be between ${lowest} and ${highest}`)
      }
      if (value === before) return
      const at: Timestamp = timestamp(clock())
      await store.saveSetting({ host: config.host, name: `${SETTING}${name}`, value, by, at })
      const detail = { title: threshold.title, from: before, to: value }
      await store.appendAudit({ at, actor: by, action: 'set', subject: `threshold ${name}`, detail })
      await read()
    },
  }
}
