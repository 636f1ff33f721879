import { Report } from '../../src/model/report.ts'

const at = '2026-03-14T09:26:53.000Z'
const api = { kind: 'container', host: 'atlas', name: 'api' } as const
const main = { kind: 'postgres', host: 'atlas', name: 'main' } as const
const host = { kind: 'host', host: 'atlas', name: 'atlas' } as const

/** A report of one host with a crashing container and a database on stock settings. */
export function makeReport(changes: Partial<Report> = {}): Report {
  return Report.parse({
    schemaVersion: 1,
    id: 'report-1',
    host: 'atlas',
    createdAt: at,
    verdict: 'critical',
    headline: 'container api is restarted again and again',
    snapshot: {
      id: 'snapshot-1',
      takenAt: at,
      durationSeconds: 2.1,
      counts: { containers: 5, containersRunning: 4, gpus: 0, databases: 1, models: 0 },
      collectors: [
        { collector: 'host', durationSeconds: 1.02, succeeded: true },
        { collector: 'gpus', durationSeconds: 0.004, succeeded: false },
      ],
    },
    scoreboard: [
      {
        kpi: 'host-memory',
        title: 'Host memory used',
        target: { comparison: 'at-most', value: 0.85, unit: 'ratio' },
        measured: { label: 'used memory', source: '/proc/meminfo', at, value: 0.163, unit: 'ratio' },
        verdict: 'met',
        trend: 'same',
      },
      {
        kpi: 'gpu-utilisation',
        title: 'GPU utilisation',
        target: { comparison: 'at-least', value: 0.15, unit: 'ratio' },
        measured: null,
        verdict: 'unknown',
        trend: null,
      },
    ],
    findings: [
      {
        id: 'container-restart-loop-1a2b3c',
        rule: 'container-restart-loop',
        severity: 'critical',
        target: api,
        title: 'Container api is restarted again and again',
        impact: 'The API answers nobody, and the web UI cannot sign anybody in.',
        rootCause:
          'It ends at once with an ImportError: the Python package cryptography is not in its image.',
        symptoms: ['ModuleNotFoundError: No module named "cryptography"'],
        evidence: [
          { label: 'restarts', source: 'docker inspect RestartCount', at, value: 14, unit: 'count' },
          { label: 'memory limit', source: 'docker inspect', at, value: 536_870_912, unit: 'bytes' },
          { label: 'exit code', source: 'docker inspect State.ExitCode', at, value: 1, unit: 'count' },
        ],
        fixes: [
          {
            kind: 'manual',
            title: 'Add cryptography to the image',
            change: 'pip install cryptography',
          },
        ],
      },
      {
        id: 'postgres-shared-buffers-4d5e6f',
        rule: 'postgres-shared-buffers',
        severity: 'medium',
        target: main,
        title: 'PostgreSQL main runs with the stock shared_buffers',
        impact: 'Blocks are read again that could have stayed in memory.',
        rootCause: 'shared_buffers was never set.',
        symptoms: [],
        evidence: [
          {
            label: 'shared_buffers',
            source: 'pg_settings.shared_buffers',
            at,
            value: 134_217_728,
            unit: 'bytes',
          },
          { label: 'memory of the host', source: '/proc/meminfo', at, value: 33_533_000_000, unit: 'bytes' },
          { label: 'cache hits', source: 'pg_stat_database', at, value: 0.9312, unit: 'ratio' },
          { label: 'source', source: 'pg_settings.source', at, value: 'default', unit: 'text' },
        ],
        fixes: [
          {
            kind: 'command',
            title: 'Set shared_buffers',
            command: 'postgres-set-parameter',
            parameters: { name: 'shared_buffers', bytes: 8_589_934_592 },
          },
        ],
      },
    ],
    checks: [
      { rule: 'container-restart-loop', target: api, verdict: 'found', lookedAt: 'restarts of api' },
      { rule: 'postgres-shared-buffers', target: main, verdict: 'found', lookedAt: 'shared_buffers of main' },
      { rule: 'host-memory', target: host, verdict: 'passed', lookedAt: 'memory of atlas' },
    ],
    tables: [
      {
        id: 'containers',
        title: 'Containers',
        columns: ['Container', 'State', 'CPU', 'Working set'],
        rows: [
          [
            { value: 'api', unit: 'text' },
            { value: 'restarting', unit: 'text' },
            { value: null, unit: 'cores' },
            { value: null, unit: 'bytes' },
          ],
          [
            { value: 'webui', unit: 'text' },
            { value: 'running', unit: 'text' },
            { value: 0.0048, unit: 'cores' },
            { value: 27_734_835, unit: 'bytes' },
          ],
        ],
        note: 'Working set is memory in use without the inactive file cache.',
      },
    ],
    gaps: [
      {
        kind: 'absent',
        source: 'gpus',
        missing: 'GPUs',
        reason: 'nvidia-smi is not installed',
        remedy: 'Nothing to do on a machine without NVIDIA GPUs.',
      },
    ],
    changes: null,
    courses: [],
    narrative: { writer: 'computed', text: 'Container api is down.', reason: 'no model is configured' },
    ...changes,
  })
}

/** The same with a third finding, which only follows from the crash. */
export function makeReportWithIncident(): Report {
  const report = makeReport()
  const [crash, buffers] = report.findings
  if (!crash || !buffers) throw new Error('the report of the tests has findings')
  const symptom = {
    ...crash,
    id: 'log-errors-7a8b9c',
    rule: 'log-errors',
    severity: 'medium' as const,
    target: { ...crash.target, name: 'webui' },
    title: 'The log of webui tells of trouble',
    symptoms: [],
    fixes: [],
  }
  const because = 'webui: 212 failed answers of api:8000 since 08:02 UTC'
  return makeReport({
    findings: [{ ...crash, symptoms: [...crash.symptoms, because] }, symptom, buffers],
    incidents: [
      {
        id: `incident-${crash.id}`,
        title: crash.title,
        severity: 'critical',
        root: crash.id,
        symptoms: [{ finding: symptom.id, because }],
      },
    ],
  })
}
