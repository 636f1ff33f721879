import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithDocker, dockerSocket, waitForContainer } from '../support/docker.ts'
import { type DockerArea, importBusybox } from '../support/docker-area.ts'
import { type System, startSystem } from './system.ts'

describeWithDocker('one that cannot start, and one that calls it', (client) => {
  let area: DockerArea
  let system: System

  beforeAll(async () => {
    area = await importBusybox(client)
    const api = await area.run(
      'api',
      `echo "ModuleNotFoundError: No module named 'cryptography'" >&2; exit 1`,
      { HostConfig: { RestartPolicy: { Name: 'always' } } },
    )
    const failure = `ERROR upstream http://${area.name('api')}:8000/me failed with status 502 Bad Gateway`
    await area.run('web', `for n in $(seq 120); do echo '${failure}' >&2; done; sleep 1000`)
    await waitForContainer(api, ({ RestartCount }) => RestartCount >= 3)
    system = await startSystem({
      docker: [{ name: 'local', socket: dockerSocket() as string, configured: true }],
    })
  }, 60_000)

  afterAll(async () => {
    await system?.stop()
    await area?.removeAll()
  })

  it('are one incident in the first report, by what its log says', async () => {
    const report = await system.perfbot.takeReport()
    const named = (rule: string, part: string) =>
      report.findings.find((each) => each.rule === rule && each.target.name === area.name(part))
    const [root, symptom] = [named('crash-loop', 'api'), named('log-errors', 'web')]
    expect(report.incidents).toContainEqual({
      id: `incident-${root?.id}`,
      title: root?.title,
      severity: 'critical',
      root: root?.id,
      symptoms: [
        {
          finding: symptom?.id,
          because: expect.stringMatching(
            new RegExp(`^${area.name('web')}: 120 failed answers of ${area.name('api')}:8000 since `),
          ),
        },
      ],
    })
    expect(root?.symptoms.at(-1)).toContain('120 failed answers')
    const ids = report.findings.map(({ id }) => id)
    expect(ids.indexOf(symptom?.id ?? '')).toBe(ids.indexOf(root?.id ?? '') + 1)
  })
})
