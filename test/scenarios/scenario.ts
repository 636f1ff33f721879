import type { CollectionOptions } from '../../src/collect/collection.ts'
import type { Thresholds } from '../../src/diagnose/thresholds.ts'
import type { Severity } from '../../src/model/finding.ts'
import type { Apart } from './stage/read-apart.ts'
import type { Stage } from './stage.ts'

/** What of a system is read; what is left out is not there. */
export type Sources = Partial<
  Pick<CollectionOptions, 'docker' | 'postgres' | 'redis' | 'services' | 'ollama' | 'nvidiaSmi' | 'paths'>
>

/** A system that was broken, and stays so while it is read. */
export type Broken = Sources & {
  /** What goes on between two readings, for what only shows by its growth. */
  readonly between?: () => Promise<unknown>
  /** A machine that is read from within, in the place of everything else. */
  readonly apart?: Apart
}

export type Expectation = {
  /** The rule whose finding the report must begin with; null of a system that is well. */
  readonly first: string | null
  readonly severity?: Severity
  /** What the first finding says in its title, its cause or its fixes. */
  readonly says?: RegExp
  /** Rules whose findings must be listed under the first, as what follows from it. */
  readonly symptoms?: readonly string[]
  /** Rules that must have found something beside. */
  readonly also?: readonly string[]
  /** What is true as well, and not the point: it may be found. */
  readonly maybe?: readonly string[]
  /** What must not be found, however low it is said. Whatever is above low and not named here is false anyway. */
  readonly never?: readonly string[]
}

export const DOMAINS = [
  'containers',
  'postgres',
  'redis',
  'services',
  'host',
  'gpus',
  'systems',
  'healthy',
] as const

export type Scenario = {
  /** What is broken, as one would tell it. */
  readonly name: string
  readonly domain: (typeof DOMAINS)[number]
  /** Null: real engines. Else what is recorded, or plays the part of what this machine does not have. */
  readonly recorded: string | null
  /** A matter of a second or two: npm test runs it too. */
  readonly quick: boolean
  /** Whether the machine that this runs on is part of the system: else nothing that is said of it counts. */
  readonly machine: boolean
  /** Limits that are lowered, so that what takes minutes or gigabytes can be broken in seconds and megabytes. */
  readonly thresholds: Partial<Thresholds>
  /** How many readings, and how many seconds they are told to lie apart: rules ask whether things last. */
  readonly readings: number
  readonly apart: number
  readonly broken: (stage: Stage) => Promise<Broken>
  readonly expects: Expectation
}

type Optional = 'recorded' | 'quick' | 'machine' | 'thresholds' | 'readings' | 'apart'

/** The scenarios of one domain, with what most of them share left out. */
export const scenariosOf = (
  domain: Scenario['domain'],
  list: readonly (Omit<Scenario, Optional | 'domain'> & Partial<Pick<Scenario, Optional>>)[],
): Scenario[] =>
  list.map((scenario) => ({
    recorded: null,
    quick: false,
    machine: false,
    thresholds: {},
    readings: 3,
    apart: 600,
    domain,
    ...scenario,
  }))
