import { counted, formatBytes, formatValue } from '../../model/format.ts'
import { METRICS, samplesOf } from '../../model/samples/samples.ts'
import { evidenceOf } from './readings.ts'
import type { Topic } from './sources.ts'

/** "How full is the disk?" */
export const diskUse: Topic = ({ words, text, rangeSeconds, kinds }, { snapshot }) => {
  const { machine, takenAt } = snapshot
  if (!words.has('disk') || !machine || rangeSeconds !== null || kinds.has('container')) return null
  if (/\b(?:reads?|writes?|written|i\/?o|inodes?|busy)\b/.test(text)) return null
  const all = machine.filesystems
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .map((each) => ({ ...each, used: 1 - each.availableBytes / each.sizeBytes }))
    .toSorted((left, right) => right.used - left.used)
  if (all.length === 0) return null
  return {
    kind: 'answered',
    sentences: all
      .slice(0, 6)
      .map(
        ({ mountPoint, used, availableBytes, sizeBytes }) =>
          `${mountPoint} is ${formatValue(used, 'ratio')} full: ${formatBytes(availableBytes)} of ${formatBytes(sizeBytes)} are available.`,
      ),
    evidence: all.slice(0, 6).map(({ mountPoint, used }) => ({
      label: `use of ${mountPoint}`,
      source: '1 − f_bavail / f_blocks',
      at: takenAt,
      value: used,
      unit: 'ratio' as const,
    })),
  }
}

/** "Which process uses most CPU?" */
export const processes: Topic = ({ text, words }, { snapshot }) => {
  const { machine, takenAt } = snapshot
  if (!machine || !/\bprocess(?:es)?\b/.test(text) || words.has('gpu')) return null
  const byMemory = words.has('memory')
  const sorted = machine.topProcesses.toSorted((left, right) =>
    byMemory ? right.residentBytes - left.residentBytes : right.cpuCores - left.cpuCores,
  )
  if (sorted.length === 0) return null
  return {
    kind: 'answered',
    sentences: [
      `Those that use most ${byMemory ? 'memory' : 'CPU'} now:`,
      ...sorted
        .slice(0, 6)
        .map(
          ({ name, pid, cpuCores, residentBytes }) =>
            `${name} (pid ${pid}): ${formatValue(cpuCores, 'cores')}, ${formatBytes(residentBytes)} of memory.`,
        ),
    ],
    evidence: sorted.slice(0, 3).map(({ name, pid, cpuCores }) => ({
      label: `CPU of ${name} (${pid})`,
      source: '/proc',
      at: takenAt,
      value: cpuCores,
      unit: 'cores' as const,
    })),
  }
}

/** A thing that is only named: what is read of it, and what the rules find. */
export const named: Topic = ({ subjects }, { snapshot, report }) => {
  const [subject] = subjects
  if (subject === undefined) return null
  const own = samplesOf(snapshot).filter(({ labels }) => Object.values(labels).includes(subject))
  const kept = METRICS.filter(({ history }) => history).flatMap((metric) =>
    own.filter((sample) => sample.metric === metric.name).map((sample) => ({ metric, sample })),
  )
  const findings = report.findings.filter(({ target }) => target.name === subject)
  const container = snapshot.containers.find(({ name }) => name === subject)
  if (kept.length === 0 && findings.length === 0 && !container) return null
  return {
    kind: 'answered',
    sentences: [
      ...(container ? [`${subject} is ${container.state} (image ${container.image}).`] : []),
      ...(findings.length > 0
        ? [`${counted(findings.length, 'finding')}: ${findings.map(({ title }) => title).join('; ')}.`]
        : ['No rule finds anything wrong with it.']),
      ...kept
        .slice(0, 8)
        .map(({ metric, sample }) => `${metric.title}: ${formatValue(sample.value, metric.unit)}.`),
    ],
    evidence: kept.slice(0, 8).map(({ metric, sample }) => evidenceOf(metric, sample, snapshot.takenAt)),
  }
}

/** "Hello", "What can you do?" */
export const greeting: Topic = ({ text }) =>
  /^(?:hi|hello|hey|good (?:morning|day|evening)|help|thanks?(?: you)?|what can (?:you|i)\b.*|who are you)\b[ .!?]*$/.test(
    text,
  )
    ? {
        kind: 'answered',
        sentences: [
          'I measure this machine and say what is wrong with it.',
          'Ask for a reading ("how much memory does api use?"), why something is down, what changed since yesterday, ' +
            'whether the disk lasts the week, what a setting is or would do, or who approved which fix.',
        ],
        evidence: [],
      }
    : null
