import type { Evidence } from '../../model/evidence.ts'
import { counted, formatBytes, formatSeconds, formatValue } from '../../model/format.ts'
import { oneLine, shortened } from '../../model/plain-text.ts'
import { type PostgresSetting, settingInBytes, settingInSeconds } from '../../model/postgres-reading.ts'
import type { Question } from '../../model/question.ts'
import { redact } from '../../model/redact.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { AnswerSources, Found, Topic } from './sources.ts'

type OwnSetting = { database: Snapshot['databases'][number]; setting: PostgresSetting }

/** Settings of PostgreSQL that a question names, also as words: "shared buffers". */
function settingsNamed({ text, subjects }: Question, { databases }: Snapshot): OwnSetting[] {
  const own = databases.filter(
    ({ name }) =>
      subjects.length === 0 ||
      subjects.includes(name) ||
      !databases.some((each) => subjects.includes(each.name)),
  )
  return own.flatMap((database) =>
    database.settings
      .filter(({ name }) => new RegExp(`(?<!\\w)${name.replaceAll('_', '[ _]')}(?!\\w)`, 'i').test(text))
      .map((setting) => ({ database, setting })),
  )
}

function shown(setting: PostgresSetting): string {
  const [bytes, span] = [settingInBytes(setting), settingInSeconds(setting)]
  if (bytes !== null) return formatBytes(bytes)
  return span === null ? `${setting.setting}${setting.unit ? ` ${setting.unit}` : ''}` : formatSeconds(span)
}

const evidenceOf = ({ database, setting }: OwnSetting, { takenAt }: Snapshot): Evidence => ({
  label: `${setting.name} of ${database.name}`,
  source: `pg_settings.${setting.name}`,
  at: takenAt,
  value: shown(setting),
  unit: 'text',
})

const REACH: Readonly<Record<string, string>> = {
  postmaster: 'it takes effect at the next restart of the server',
  sighup: 'a reload is enough',
  user: 'a reload is enough, and a session may set it for itself',
  superuser: 'a reload is enough',
  internal: 'it cannot be changed',
}

/** "What would happen if I raised shared_buffers?" */
export const whatIf: Topic = (question, { snapshot, report }) => {
  if (
    !/\bwhat (?:would|will|if|happens)\b|\bif (?:i|we)\b|\bshould (?:i|we) (?:raise|lower|increase|reduce|set|change)\b|\b(?:raise|increase|lower|reduce|double)\b/.test(
      question.text,
    )
  )
    return null
  const settings = settingsNamed(question, snapshot)
  const sentences = settings.flatMap((own) => {
    const { database, setting } = own
    const finding = report.findings.find(
      ({ target, title, evidence }) =>
        target.kind === 'postgres' &&
        target.name === database.name &&
        (title.includes(setting.name) || evidence.some(({ label }) => label === setting.name)),
    )
    const fix = finding?.fixes[0]
    const memory = snapshot.machine?.memory
    const bytes = settingInBytes(setting)
    return [
      `${setting.name} of PostgreSQL ${database.name} is ${shown(setting)} now (source: ${setting.source}); to change it, ${REACH[setting.context] ?? `its context is ${setting.context}`}.`,
      ...(bytes !== null && memory && database.onThisHost && setting.name === 'shared_buffers'
        ? [
            `That is ${formatValue(bytes / memory.totalBytes, 'ratio')} of the memory of the machine, of which ${formatBytes(memory.availableBytes)} are available: what is added here is taken from those.`,
          ]
        : []),
      ...(/^(?:work_mem|maintenance_work_mem|temp_buffers)$/.test(setting.name)
        ? [
            `It is taken by each sort or hash of each session; ${counted(database.connections.used, 'connection')} are open, at most ${database.connections.maximum}.`,
          ]
        : []),
      ...(setting.name === 'max_connections'
        ? [
            `${database.connections.used} of ${database.connections.maximum} are used; each further one costs memory even when idle.`,
          ]
        : []),
      ...(finding
        ? [`A rule looks at it: ${finding.title.replace(/\.$/, '')}.`, finding.impact]
        : ['No rule finds it wrong as it is.']),
      ...(fix ? [`The report offers: ${fix.title.replace(/\.$/, '')}.`] : []),
      'How much faster it would be is not known beforehand: perfbot measures before and after a fix, and takes it back when it did not help.',
    ]
  })
  if (sentences.length > 0)
    return { kind: 'answered', sentences, evidence: settings.map((own) => evidenceOf(own, snapshot)) }
  return limitIf(question, snapshot)
}

function limitIf({ words, subjects }: Question, { containers, takenAt, machine }: Snapshot): Found | null {
  const container = containers.find(({ name }) => subjects.includes(name))
  if (!container || !(words.has('limit') || words.has('memory'))) return null
  const { name, limits, usage } = container
  const limit = limits.memoryBytes
  return {
    kind: 'answered',
    sentences: [
      limit === null
        ? `${name} has no memory limit now.`
        : `${name} has a memory limit of ${formatBytes(limit)} now${usage ? `, and uses ${formatBytes(usage.memoryWorkingSetBytes)} of it` : ''}.`,
      'A new limit is set without a restart (docker update), but holds only until the container is made anew: the compose file has to say it too.',
      ...(machine
        ? [`The machine has ${formatBytes(machine.memory.availableBytes)} of memory available.`]
        : []),
    ],
    evidence:
      limit === null
        ? []
        : [
            {
              label: `memory limit of ${name}`,
              source: 'docker inspect HostConfig.Memory',
              at: takenAt,
              value: limit,
              unit: 'bytes',
            },
          ],
  }
}

/** "What is max_connections?" */
export const settings: Topic = (question, { snapshot }) => {
  const own = settingsNamed(question, snapshot)
  if (own.length === 0) return null
  return {
    kind: 'answered',
    sentences: own
      .slice(0, 6)
      .map(
        ({ database, setting }) =>
          `${setting.name} of PostgreSQL ${database.name} is ${shown(setting)} (source: ${setting.source}${setting.pendingRestart ? '; a new value waits for a restart' : ''}).`,
      ),
    evidence: own.slice(0, 6).map((each) => evidenceOf(each, snapshot)),
  }
}

const TELLING = /error|fatal|panic|exception|traceback|fail|denied|refused|killed|warn|oom|cannot|timeout/i

/** "What does the log of api say?": its last lines, or those that tell of errors, redacted once more. */
export const logs: Topic = ({ text, subjects }, { snapshot }) => {
  if (!/\blogs?\b|\blogged\b|\berrors? in\b|\bstack ?trace\b/.test(text)) return null
  const tails = snapshot.logs.filter(
    ({ containerName }) => subjects.length === 0 || subjects.includes(containerName),
  )
  const wantsErrors = /\berrors?|fail|warn|wrong|problem/.test(text)
  const lines = tails.flatMap(({ containerName, lines: all }) => {
    const telling = wantsErrors || subjects.length === 0 ? all.filter((line) => TELLING.test(line)) : all
    return telling.slice(-3).map(
      (line): Evidence => ({
        label: `log of ${containerName}`,
        source: `docker logs ${containerName}`,
        at: snapshot.takenAt,
        value: shortened(oneLine(redact(line)), 240),
        unit: 'text',
      }),
    )
  })
  if (lines.length === 0) {
    return {
      kind: 'answered',
      sentences: [
        tails.length === 0
          ? 'No log was read there: logs are read of containers that are not well.'
          : 'The lines that were read tell of no error.',
      ],
      evidence: [],
    }
  }
  return {
    kind: 'answered',
    sentences: [
      'The logs say, word for word:',
      ...lines.slice(0, 8).map(({ label, value }) => `${label}: ${JSON.stringify(value)}`),
    ],
    evidence: lines.slice(0, 8),
  }
}

/** "Is the GPU used?" */
export const gpuUse: Topic = ({ text, kinds, words, rangeSeconds }, { snapshot }) => {
  if (
    !kinds.has('gpu') ||
    rangeSeconds !== null ||
    !(words.has('used') || /\bidle\b|\bbusy\b/.test(text)) ||
    words.has('memory')
  )
    return null
  const known = snapshot.gpus.filter(({ utilisation }) => utilisation !== null)
  if (snapshot.gpus.length === 0) return null
  const inUse = known.filter(({ utilisation }) => (utilisation as number) > 0.01)
  const resident = snapshot.models.flatMap((each) => each.resident)
  const onGpu = resident.filter(({ vramBytes }) => vramBytes > 0)
  return {
    kind: 'answered',
    sentences: [
      inUse.length > 0
        ? `Yes: ${inUse.length} of ${snapshot.gpus.length} work at this moment.`
        : 'No: none works at this moment.',
      ...snapshot.gpus.map(
        ({ index, name, utilisation, memoryUsedBytes, memoryTotalBytes }) =>
          `GPU ${index} (${name}): ${utilisation === null ? 'utilisation not stated' : `${formatValue(utilisation, 'ratio')} busy`}, ${memoryUsedBytes === null ? 'memory not stated' : `${formatBytes(memoryUsedBytes)} of ${formatValue(memoryTotalBytes, 'bytes')} memory used`}.`,
      ),
      ...(resident.length > 0
        ? [
            `${onGpu.length} of ${counted(resident.length, 'loaded model')} ${onGpu.length === 1 ? 'is' : 'are'} in GPU memory: ${resident.map(({ name }) => name).join(', ')}.`,
          ]
        : []),
    ],
    evidence: known.map(({ index, utilisation }) => ({
      label: `utilisation of GPU ${index}`,
      source: 'the driver',
      at: snapshot.takenAt,
      value: utilisation as number,
      unit: 'ratio' as const,
    })),
  }
}

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

/** What runs here: "What CPU is it?", "Which kernel?" */
export const inventory: Topic = ({ text }, { snapshot }) => {
  const { machine } = snapshot
  if (
    !machine ||
    !/\b(?:which|what) (?:kernel|os|operating system|distribution|distro|linux|cpu|hardware|host)\b|\b(?:kernel|distribution|operating system|cpu model|how many (?:cores|cpus?))\b/.test(
      text,
    )
  )
    return null
  const { operatingSystem, cpu, memory } = machine
  return {
    kind: 'answered',
    sentences: [
      `${snapshot.host} runs ${operatingSystem.distribution} (kernel ${operatingSystem.kernel}) on ${cpu.model}, ${counted(cpu.count, 'CPU')}, with ${formatBytes(memory.totalBytes)} of memory.`,
    ],
    evidence: [
      { label: 'CPUs', source: '/proc/stat', at: snapshot.takenAt, value: cpu.count, unit: 'count' },
    ],
  }
}
