import type { Evidence } from '../../model/evidence.ts'
import { counted, formatBytes, formatSeconds, formatValue } from '../../model/format.ts'
import { type PostgresSetting, settingInBytes, settingInSeconds } from '../../model/postgres-reading.ts'
import type { Question } from '../../model/question.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import type { Found, Topic } from './sources.ts'

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
    return {
      kind: 'answered',
      sentences,
      evidence: [...settings.map((own) => evidenceOf(own, snapshot)), ...memoryOf(snapshot)],
    }
  return limitIf(question, snapshot)
}

const memoryOf = ({ machine, takenAt }: Snapshot): Evidence[] =>
  machine
    ? [
        {
          label: 'memory available',
          source: '/proc/meminfo',
          at: takenAt,
          value: machine.memory.availableBytes,
          unit: 'bytes',
        },
      ]
    : []

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
        ? [
            {
              label: `memory limit of ${name}`,
              source: 'docker inspect HostConfig.Memory',
              at: takenAt,
              value: 'none',
              unit: 'text',
            },
          ]
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
