import type { NumericUnit } from '../../../src/model/units.ts'
import type { Piece } from './pieces.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'

/** A reading, and ways to speak of it; `N` is where its value goes, `C` the name of its subject. */
export type Reading = {
  readonly value: number
  readonly unit: NumericUnit
  readonly subject: string | null
  readonly ways: readonly string[]
}

export function readingsOf({ snapshot, report }: Situation): Reading[] {
  const { machine, containers, gpus, databases, host } = snapshot
  const of = (
    value: number | null | undefined,
    unit: NumericUnit,
    subject: string | null,
    ...ways: string[]
  ): Reading[] =>
    value === null || value === undefined || value === 0 ? [] : [{ value, unit, subject, ways }]
  const disk = machine?.filesystems[0]
  return [
    ...(machine
      ? [
          ...of(
            machine.cpu.busyRatio,
            'ratio',
            null,
            'The CPU is N busy.',
            'CPU use stands at N.',
            'The processors are busy N of the time.',
            `On ${host} the CPU is N busy.`,
            'The machine spends N of its processor time working.',
          ),
          ...of(
            machine.memory.usedBytes / machine.memory.totalBytes,
            'ratio',
            null,
            'The host uses N of its memory.',
            'N of the memory is in use.',
            'Memory use is at N.',
            `${host} uses N of its memory.`,
            'Of the memory of the machine, N is taken.',
          ),
          ...of(
            machine.memory.usedBytes,
            'bytes',
            null,
            'The machine uses N of memory.',
            'N of memory are used.',
            'Used memory amounts to N.',
          ),
          ...of(
            machine.memory.availableBytes,
            'bytes',
            null,
            'N of memory are available.',
            'There are N of memory available.',
            'The machine still has N of memory available.',
          ),
          ...of(
            machine.memory.totalBytes,
            'bytes',
            null,
            'The machine has N of memory.',
            'The host has N of memory in total.',
            'Its memory is N in total.',
          ),
          ...of(
            machine.cpu.load5,
            'count',
            null,
            'The load over five minutes is N.',
            'The 5-minute load stands at N.',
          ),
          ...of(machine.cpu.count, 'count', null, 'The machine has N CPUs.', `${host} has N CPUs.`),
        ]
      : []),
    ...(disk
      ? [
          ...of(
            1 - disk.availableBytes / disk.sizeBytes,
            'ratio',
            null,
            'The fullest file system is N full.',
            'The file system / is N full.',
            'N of the disk is used.',
          ),
          ...of(
            disk.availableBytes,
            'bytes',
            null,
            'N are left on /.',
            'The file system / has N available.',
            'There are N of disk space available on /.',
          ),
          ...of(disk.sizeBytes, 'bytes', null, 'The file system / has a size of N.'),
        ]
      : []),
    ...containers.flatMap(({ name, usage, limits, restartCount }) => [
      ...of(
        usage?.memoryWorkingSetBytes,
        'bytes',
        name,
        'C uses N of memory.',
        'C takes N of memory.',
        'The memory of C is N.',
        'The working set of C is N.',
        'N of memory go to C.',
        'With N, C is where memory goes.',
      ),
      ...of(
        limits.memoryBytes,
        'bytes',
        name,
        'C has a memory limit of N.',
        'C is allowed N of memory.',
        'The memory limit of C is N.',
        'C may use up to N of memory.',
      ),
      ...of(
        usage && limits.memoryBytes ? usage.memoryWorkingSetBytes / limits.memoryBytes : null,
        'ratio',
        name,
        'C uses N of its memory limit.',
        'C stands at N of its memory limit.',
        'C has filled N of its limit.',
      ),
      ...of(usage?.cpuCores, 'cores', name, 'C uses N.', 'C keeps N busy.', 'The CPU use of C is N.'),
      ...of(
        restartCount > 1 ? restartCount : null,
        'count',
        name,
        'C was restarted N times.',
        'C has restarted N times so far.',
        'C has N restarts behind it.',
        'The engine has restarted C N times.',
      ),
    ]),
    ...gpus.flatMap(({ index, utilisation, memoryUsedBytes, temperature, power }) => [
      ...of(utilisation, 'ratio', null, `GPU ${index} is used at N.`, `GPU ${index} has a utilisation of N.`),
      ...of(
        memoryUsedBytes,
        'bytes',
        null,
        `GPU ${index} holds N of memory.`,
        `N of the memory of GPU ${index} are used.`,
      ),
      ...of(
        temperature,
        'celsius',
        null,
        `GPU ${index} is at N.`,
        `GPU ${index} runs at a temperature of N.`,
      ),
      ...of(power, 'watts', null, `GPU ${index} draws N.`, `The power of GPU ${index} is N.`),
    ]),
    ...databases.flatMap(({ name, roundTripSeconds, connections }) => [
      ...of(
        roundTripSeconds,
        'seconds',
        null,
        `PostgreSQL ${name} answers SELECT 1 in N.`,
        `A round trip to PostgreSQL ${name} takes N.`,
        'The database answers within N.',
      ),
      ...of(
        connections.used,
        'count',
        null,
        `PostgreSQL ${name} has N connections.`,
        'N connections are open to the database.',
        `N connections of PostgreSQL ${name} are taken.`,
      ),
    ]),
    ...report.findings.flatMap(({ evidence, target }) =>
      evidence.flatMap(({ label, value, unit }) =>
        typeof value === 'number' && unit !== 'text' && !/log|error/.test(label)
          ? of(
              value,
              unit,
              target.name,
              `The ${label} of C is N.`,
              `C: ${label} N.`,
              `C shows this: ${label} N.`,
            )
          : [],
      ),
    ),
  ]
}

export const numberPiece = (number: string, value: number, unit: NumericUnit | 'times'): Piece =>
  unit === 'count' ? { count: number, value } : { number, value, unit }

export const called = (random: Random, name: string): string =>
  random.pick([
    name,
    `\`${name}\``,
    `container ${name}`,
    `the container \`${name}\``,
    `the ${name} container`,
  ])

/** A way of speaking with its blanks filled. */
export function filled(
  random: Random,
  way: string,
  said: Piece,
  subject: string | null,
  isContainer: boolean,
): Piece[] {
  return way.split(/(\bN\b|\bC\b)/).flatMap((part): Piece[] => {
    if (part === 'N') return [said]
    if (part !== 'C' || subject === null) return [part]
    return isContainer ? [{ name: called(random, subject), of: 'container' }] : [subject]
  })
}

export const isContainer = ({ snapshot }: Situation, name: string | null): boolean =>
  snapshot.containers.some((container) => container.name === name)
