import { counted, formatBytes, formatValue } from '../../model/format.ts'
import type { AnswerSources, Found, Topic } from './sources.ts'

/** "Which containers are there?", "How many run?" */
export const listing: Topic = (question, { snapshot, report }) => {
  const { text, kinds, words, subjects } = question
  if (!/\b(?:which|list|show|how many|what|name|count|number of|are there|installed|loaded)\b/.test(text))
    return null
  if (/\b(?:could|can) ?not|couldn't|missing|gaps?|unread\b/.test(text)) return gaps(report)
  if (subjects.some((name) => snapshot.containers.some((each) => each.name === name))) return null
  const said = (noun: string, names: readonly string[], note = ''): Found => ({
    kind: 'answered',
    sentences: [
      `${names.length === 0 ? `There is no ${noun}` : `${counted(names.length, noun)}: ${names.slice(0, 30).join(', ')}`}${note}.`,
    ],
    evidence: [
      { label: `${noun}s`, source: 'the reading', at: snapshot.takenAt, value: names.length, unit: 'count' },
    ],
  })
  if (kinds.has('container') && !hasMeasure(words)) {
    const [running, others] = [
      snapshot.containers.filter(({ state }) => state === 'running'),
      snapshot.containers.filter(({ state }) => state !== 'running'),
    ]
    if (/\b(?:not running|down|stopped|exited|restart|unhealthy|broken|dead)\b/.test(text)) {
      const unwell = snapshot.containers.filter(
        ({ state, health, restartCount }) =>
          state !== 'running' || health?.status === 'unhealthy' || (words.has('restart') && restartCount > 0),
      )
      return said(
        'container',
        unwell.map(
          ({ name, state, restartCount }) =>
            `${name} (${state}${restartCount > 0 ? `, ${counted(restartCount, 'restart')}` : ''})`,
        ),
        ' in that state',
      )
    }
    const all = /\b(?:run|running|up)\b/.test(text) ? running : snapshot.containers
    return said(
      'container',
      all.map(({ name, state }) => (state === 'running' ? name : `${name} (${state})`)),
      /\bhow many\b/.test(text) && others.length > 0
        ? ` (${running.length} running, ${others.length} not)`
        : '',
    )
  }
  if (kinds.has('model') && !hasMeasure(words)) {
    const [loaded, installed] = [
      snapshot.models.flatMap(({ resident }) => resident),
      snapshot.models.flatMap((each) => each.installed),
    ]
    return /\binstalled\b/.test(text)
      ? said(
          'installed model',
          installed.map(({ name }) => name),
        )
      : said(
          'loaded model',
          loaded.map(
            ({ name, vramBytes }) =>
              `${name} (${vramBytes > 0 ? `${formatBytes(vramBytes)} in GPU memory` : 'on the CPU'})`,
          ),
        )
  }
  if (kinds.has('gpu') && !hasMeasure(words))
    return said(
      'GPU',
      snapshot.gpus.map(({ index, name }) => `${index} ${name}`),
    )
  if (kinds.has('database') && !hasMeasure(words) && /\b(?:which|list|how many|what|version)\b/.test(text)) {
    return said(
      'PostgreSQL server',
      snapshot.databases.map(
        ({ name, version, databases }) =>
          `${name} ${version} (${databases.map((each) => each.name).join(', ') || 'no databases read'})`,
      ),
    )
  }
  if (/\bprocess(?:es)?\b/.test(text)) {
    return said(
      'process',
      (snapshot.machine?.topProcesses ?? []).map(
        ({ name, pid, cpuCores, residentBytes }) =>
          `${name} (pid ${pid}): ${formatValue(cpuCores, 'cores')}, ${formatBytes(residentBytes)}`,
      ),
      ' use most',
    )
  }
  return null
}

const MEASURES = [
  'memory',
  'cpu',
  'disk',
  'used',
  'available',
  'temperature',
  'power',
  'connections',
  'size',
  'limit',
  'network',
  'most',
  'least',
  'round',
  'cache',
  'setting',
]
const hasMeasure = (words: ReadonlySet<string>): boolean => MEASURES.some((word) => words.has(word))

const gaps = ({ gaps: all }: AnswerSources['report']): Found => ({
  kind: 'answered',
  sentences:
    all.length === 0
      ? ['Everything that was looked for could be read.']
      : all.map(
          ({ missing, reason, remedy }) =>
            `${missing}: ${reason.split('\n', 1)[0]?.replace(/\.$/, '')}. ${remedy}`,
        ),
  evidence: [],
})
