import { measuredOf } from './comparing.ts'
import { type Fault, isName, isNumber, mayBeTrue, replaced } from './planting.ts'
import type { Random } from './random.ts'
import { wordingOf } from './wording.ts'

/** A reading of one container said of another. */
export const ofAnother: Fault = ({ pieces, how }, { snapshot }, random) => {
  const names = pieces.filter(isName)
  const [first] = names
  if (
    names.length !== 1 ||
    !first ||
    !pieces.some(isNumber) ||
    how === 'two readings' ||
    how === 'superlative'
  )
    return null
  const own = snapshot.containers.find(({ name }) => first.name.includes(name))
  const others = snapshot.containers.filter(
    ({ name, usage, limits }) =>
      own &&
      name !== own.name &&
      !first.name.includes(name) &&
      !name.includes(own.name) &&
      usage &&
      limits.memoryBytes !== own.limits.memoryBytes,
  )
  if (!own?.usage || others.length === 0) return null
  const other = random.pick(others)
  const number = pieces.find(isNumber)
  const of = (each: typeof own) => [
    each.usage?.memoryWorkingSetBytes,
    each.usage?.cpuCores,
    each.limits.memoryBytes,
    each.restartCount,
    (each.usage?.memoryWorkingSetBytes ?? 0) / (each.limits.memoryBytes ?? 1),
  ]
  if (
    !number ||
    of(other).some(
      (value) => typeof value === 'number' && Math.abs(value - number.value) <= 0.15 * number.value,
    )
  )
    return null
  return replaced(pieces, first, other.name)
}

const apart = (left: number, right: number): boolean => Math.abs(left - right) > 0.15 * Math.max(left, right)

const GIB = 1024 ** 3
const said = (random: Random, value: number): string => wordingOf(random, value, 'bytes').text

/** Two readings in the wrong order. */
export const exchanged: Fault = (_, situation, random) => {
  const [one, other] = measuredOf(situation, random)
  if (!one || !other || !apart(one.used, other.used)) return null
  const [first, second] = [said(random, other.used), said(random, one.used)]
  return [
    random.pick([
      `${one.name} uses ${first} of memory, and ${other.name} ${second}.`,
      `${one.name} and ${other.name} use ${first} and ${second} of memory, respectively.`,
      `${one.name} takes ${first}, while ${other.name} takes ${second} of memory.`,
      `The memory of ${one.name} is ${first}; that of ${other.name} is ${second}.`,
      `${one.name} (${first}) and ${other.name} (${second}) use memory.`,
    ]),
  ]
}

/** What is used is said to be the limit, and the other way round. */
export const wrongMeasure: Fault = (_, situation, random) => {
  const { machine } = situation.snapshot
  const [one] = measuredOf(situation, random)
  if (!one?.limit || !machine || !apart(one.used, one.limit)) return null
  const left = one.limit - one.used
  if (!apart(left, one.used) || !apart(left, one.limit) || !apart(machine.memory.totalBytes, one.limit))
    return null
  const [used, limit] = [said(random, one.used), said(random, one.limit)]
  return [
    random.pick([
      `${one.name} has a memory limit of ${used}.`,
      `${one.name} uses ${limit} of memory.`,
      `The memory limit of ${one.name} is ${used}.`,
      `The working set of ${one.name} is ${limit}.`,
      `${one.name} has ${used} left of its memory limit.`,
      `${one.name} is allowed ${said(random, machine.memory.totalBytes)} of memory.`,
      `${one.name} uses ${limit} of its limit of ${used}.`,
    ]),
  ]
}

/** Not this one has the most. */
export const wrongMost: Fault = (_, situation, random) => {
  const all = measuredOf(situation, random).toSorted((left, right) => right.used - left.used)
  const [most, second] = all
  if (!most || !second || !apart(most.used, second.used)) return null
  return [
    random.pick([
      `${second.name} uses the most memory of all containers.`,
      `${second.name} is the largest consumer of memory.`,
      `No container uses more memory than ${second.name}.`,
      `${second.name} uses more memory than any other container.`,
      `${most.name} uses the least memory.`,
      `Most of the memory goes to ${second.name}, more than to ${most.name}.`,
    ]),
  ]
}

/** A figure of one GPU said of the other. */
export const ofOtherGpu: Fault = (_, { snapshot }, random) => {
  const [one, other] = snapshot.gpus
  if (!one || !other) return null
  const [hot, cold, power] = [one.temperature, other.temperature, one.power]
  const [held, heldByOther, whole] = [one.memoryUsedBytes, other.memoryUsedBytes, other.memoryTotalBytes]
  const ways = [
    ...(typeof hot === 'number' && typeof cold === 'number' && apart(hot, cold)
      ? [`GPU ${other.index} is at ${hot} °C.`, `GPU ${other.index} has a temperature of ${hot} degrees.`]
      : []),
    ...(typeof power === 'number' && typeof other.power === 'number' && apart(power, other.power)
      ? [`GPU ${other.index} draws ${power} W.`]
      : []),
    ...(held !== null &&
    heldByOther !== null &&
    whole !== null &&
    apart(held, heldByOther) &&
    apart(held, whole)
      ? [`GPU ${other.index} holds ${said(random, held)} of memory.`]
      : []),
  ]
  return ways.length === 0 ? null : [random.pick(ways)]
}

/** How many times one is the other, and by how much: wrongly. */
export const wrongRatio: Fault = (_, situation, random) => {
  const [one, other] = measuredOf(situation, random)
  if (!one || !other) return null
  const [more, less] = one.used > other.used ? [one, other] : [other, one]
  const [times, between] = [more.used / less.used, more.used - less.used]
  const wrong = random.pick([1.5, 2, 3, 4, 5, 7, 10, 20].filter((each) => apart(each, times)))
  const by = Math.round((between / GIB) * random.pick([0.5, 0.7, 1.5, 2]) * 1024)
  if (by < 20 || mayBeTrue(by * 1024 ** 2, situation)) return null
  const words = wrong === 2 ? 'twice' : wrong === 3 ? 'three times' : `${wrong} times`
  return [
    random.pick([
      `${more.name} uses ${words} as much memory as ${less.name}.`,
      `The memory of ${more.name} is ${words} that of ${less.name}.`,
      `${more.name} uses ${by} MiB more memory than ${less.name}.`,
      `${less.name} uses ${by} MiB less memory than ${more.name}.`,
      `${more.name} needs ${wrong}x the memory of ${less.name}.`,
    ]),
  ]
}
