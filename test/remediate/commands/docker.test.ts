import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { OWN_MACHINE } from '../../../src/remediate/engines.ts'
import { describeWithDocker, dockerSocket, waitForContainer } from '../../support/docker.ts'
import { type DockerArea, importBusybox } from '../../support/docker-area.ts'
import { tarOf } from '../../support/tar.ts'
import { HOST } from '../support.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

vi.setConfig({ testTimeout: 120_000 })

const SERVES = "trap 'exit 0' TERM; echo ready; while true; do sleep 60 & wait $!; done"
const run = promisify(execFile)
/** Newer ones need buildx for it. */
const DEBIAN_DOCKER = '/usr/bin/docker'

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const finished = (client: Docker, stream: NodeJS.ReadableStream): Promise<void> =>
  new Promise((resolve, reject) =>
    client.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  )

/** One engine for all: each command applied, verified, looked at from outside, and taken back. */
describeWithDocker('commands on a real engine', (client) => {
  let area: DockerArea
  let bench: Workbench

  beforeAll(async () => {
    area = await importBusybox(client)
    bench = await openWorkbench({
      engines: {
        dockerNames: () => ['local'],
        docker: (name) => (name === 'local' ? client : null),
        machine: OWN_MACHINE,
      },
      // A container that was made anew has to get through its first second.
      longestWait: 1,
    })
  })
  afterAll(async () => {
    await bench?.close()
    await area?.removeAll()
  })

  const inspect = (part: string) => client.getContainer(area.name(part)).inspect()

  test.concurrent('stop a container in a crash loop, and start it again', async () => {
    await area.run('loops', 'sleep 0.2; exit 1', { HostConfig: { RestartPolicy: { Name: 'always' } } })
    await waitForContainer(client.getContainer(area.name('loops')), ({ RestartCount }) => RestartCount > 1)
    // Between two starts it is restarting, at others running: the plan says which, and holds for that alone.
    const plan = await bench.plan('container.stop', area.name('loops'))
    expect(plan.steps[0]?.exact).toBe(`docker stop ${area.name('loops')}`)
    let execution = await bench.apply(plan)
    for (let tries = 0; execution.outcome === 'refused' && tries < 20; tries += 1) {
      expect(execution.message).toContain('the state of')
      execution = await bench.apply(await bench.plan('container.stop', area.name('loops')))
    }
    expect(execution.outcome, execution.message).toBe('verified')
    expect((await inspect('loops')).State.Status).toBe('exited')
  })

  test.concurrent('stop a container that runs, and take that back', async () => {
    await area.run('stops', SERVES)
    const { execution } = await bench.fix('container.stop', area.name('stops'))
    expect((await inspect('stops')).State.Status).toBe('exited')
    await bench.takeBack(execution)
    expect((await inspect('stops')).State.Status).toBe('running')
  })

  test.concurrent('limit its CPUs, live', async () => {
    await area.run('cpus', SERVES, { HostConfig: { NanoCpus: 5e8 } })
    const { plan, execution } = await bench.fix('container.set-cpu-limit', area.name('cpus'), 'cpus=0.75')
    expect(plan.steps[0]?.exact).toBe(`docker update --cpus 0.75 ${area.name('cpus')}`)
    expect((await inspect('cpus')).HostConfig.NanoCpus).toBe(7.5e8)
    await bench.takeBack(execution)
    expect((await inspect('cpus')).HostConfig.NanoCpus).toBe(5e8)
    const why = await bench.whyNot('container.set-cpu-limit', area.name('cpus'), 'cpus=4096')
    expect(why).toMatch(/^cpus can be 0.01 to \d+, not 4096$/)
  })

  test.concurrent('set its restart policy', async () => {
    await area.run('policy', SERVES)
    const parameter = 'policy=on-failure:5'
    const { execution } = await bench.fix('container.set-restart-policy', area.name('policy'), parameter)
    const policy = async () => (await inspect('policy')).HostConfig.RestartPolicy
    expect(await policy()).toEqual({ Name: 'on-failure', MaximumRetryCount: 5 })
    await bench.takeBack(execution)
    expect(await policy()).toEqual({ Name: 'no', MaximumRetryCount: 0 })
  })

  test.concurrent('set a variable: made anew with everything else kept, its data too', async () => {
    const network = await client.createNetwork({ Name: area.name('net'), Labels: area.labels })
    const second = await client.createNetwork({ Name: area.name('net2'), Labels: area.labels })
    const container = await client.createContainer({
      name: area.name('env'),
      Image: area.image,
      Labels: { ...area.labels, team: 'web' },
      Cmd: ['sh', '-c', SERVES],
      Env: ['KEEP=a=b', 'MODE=slow'],
      WorkingDir: '/tmp',
      User: '65534',
      StopTimeout: 3,
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      HostConfig: {
        Memory: 64 * 1024 ** 2,
        RestartPolicy: { Name: 'unless-stopped' },
        NetworkMode: area.name('net'),
        ExtraHosts: ['db:10.0.0.9'],
        Sysctls: { 'net.core.somaxconn': '512' },
      },
      NetworkingConfig: { EndpointsConfig: { [area.name('net')]: { Aliases: ['shop'] } } },
    })
    await second.connect({ Container: container.id, EndpointConfig: { Aliases: ['shop2'] } })
    await container.start()
    const before = await inspect('env')

    const parameters = ['variable=MODE', 'value=fast lane']
    const { plan, execution } = await bench.fix('container.set-environment', area.name('env'), ...parameters)
    expect(plan.steps[0]?.exact).toContain('docker run … --env MODE=fast lane')
    const after = await inspect('env')
    expect(after.Id).not.toBe(before.Id)
    expect(after.Config.Env.toSorted()).toEqual(['KEEP=a=b', 'MODE=fast lane', ...pathOf(after)].toSorted())
    expect(madeOf(after)).toEqual(madeOf(before))
    // The volume without a name is the same one.
    expect(after.Mounts[0]?.Name).toBe(before.Mounts[0]?.Name)

    await bench.takeBack(execution)
    const again = await inspect('env')
    expect(again.Id).toBe(before.Id)
    expect(again.State.Running).toBe(true)
    expect(again.HostConfig.RestartPolicy?.Name).toBe('unless-stopped')
    const secret = await bench.whyNot(
      'container.set-environment',
      area.name('env'),
      'variable=DB_PASSWORD',
      'value=x',
    )
    expect(secret).toContain('variable has to look like')
    await client.getContainer(area.name('env')).remove({ force: true, v: true })
    await Promise.all([network.remove(), second.remove()])
  })

  test.concurrent('what is made anew and falls over is taken back by itself', async () => {
    await area.run('falls', `test "$MODE" = bad && exit 1; ${SERVES}`, { Env: ['MODE=good'] })
    const before = await inspect('falls')
    const plan = await bench.plan(
      'container.set-environment',
      area.name('falls'),
      'variable=MODE',
      'value=bad',
    )
    const execution = await bench.apply(plan)
    expect(execution).toMatchObject({ outcome: 'undone', verdict: 'worse' })
    expect(execution.message).toContain('it made something worse: the state of')
    const after = await inspect('falls')
    expect([after.Id, after.State.Running]).toEqual([before.Id, true])
  })

  test.concurrent('bound its log, give it a healthcheck', async () => {
    await area.run('logs', SERVES)
    const rotation = await bench.fix('container.set-log-rotation', area.name('logs'), 'size=5m', 'files=2')
    expect((await inspect('logs')).HostConfig.LogConfig).toEqual({
      Type: 'json-file',
      Config: { 'max-file': '2', 'max-size': '5m' },
    })
    await bench.takeBack(rotation.execution)
    const test = ['test=test -d /tmp', 'interval=1', 'timeout=60', 'retries=2']
    const health = await bench.fix('container.set-healthcheck', area.name('logs'), ...test)
    const container = client.getContainer(area.name('logs'))
    await waitForContainer(container, ({ State }) => State.Health?.Status === 'healthy', 60)
    await bench.takeBack(health.execution)
    expect((await inspect('logs')).Config.Healthcheck).toBeUndefined()
  })

  test.concurrent('empty a log that ran away, and keep its end', async () => {
    const container = await area.run('chatty', `yes 0123456789 | head -n 200000; ${SERVES}`)
    const { LogPath } = await container.inspect()
    if (!(await isThere(LogPath)))
      throw new Error(`the engine writes ${LogPath} where this test cannot see it`)
    const lastLine = async () => String(await container.logs({ stdout: true, tail: 1 }))
    await vi.waitFor(async () => expect(await lastLine()).toContain('ready'), {
      timeout: 60_000,
      interval: 500,
    })
    const { plan, execution } = await bench.fix('container.truncate-log', area.name('chatty'), 'keep=1KiB')
    expect(plan.steps[0]?.exact).toContain(`truncate -s 0 ${LogPath}`)
    expect((await stat(LogPath)).size).toBeLessThan(1e6)
    expect((await stat(`${LogPath}.perfbot-tail`)).size).toBe(1024)
    expect(execution.message).toMatch(/^Applied and verified: the size of the log/)
  })

  test.concurrent('remove images of a certain age that nobody uses', async () => {
    const old = `${area.name('old')}:1`
    await finished(client, await client.loadImage(Readable.from([imageOf(old, '2020-01-01T00:00:00Z')])))
    const parameters = ['olderThanHours=40000', 'atLeast=1KiB']
    const { plan } = await bench.fix('docker.prune-images', HOST, ...parameters)
    expect(plan.steps[0]?.exact).toBe('docker image prune --all --force --filter until=40000h')
    const left = await client.listImages({ filters: { reference: [old] } })
    expect(left).toEqual([])
    expect(await bench.whyNot('docker.prune-images', HOST, ...parameters)).toContain('at least 1 KiB')
  })

  // The images of the same host are pruned beside the others, and a host is changed by one at a time.
  test('remove build cache', async ({ skip }) => {
    if (!(await isThere(DEBIAN_DOCKER))) skip('no docker command of Debian, which speaks BuildKit by itself')
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-build-'))
    await writeFile(
      join(directory, 'Dockerfile'),
      `FROM ${area.image}\nRUN head -c 3000000 /dev/urandom > /big\n`,
    )
    const env = { ...process.env, DOCKER_BUILDKIT: '1', DOCKER_HOST: `unix://${dockerSocket()}` }
    await run(DEBIAN_DOCKER, ['build', '--tag', area.name('built'), directory], { env })
    await client.getImage(area.name('built')).remove({ force: true })
    await bench.fix('docker.prune-build-cache', HOST, 'olderThanHours=0', 'atLeast=1MiB')
    expect(
      await bench.whyNot('docker.prune-build-cache', HOST, 'olderThanHours=0', 'atLeast=1MiB'),
    ).toContain('at least 1 MiB')
    await rm(directory, { recursive: true })
  })

  test.concurrent('add a package that its image lacks; a script stands for pip, since no registry is reachable', async () => {
    const base = area.name('python')
    const pip = '#!/bin/sh\n[ "$1" = install ] && [ "$3" = cryptography ] && touch /cryptography\n'
    const context = tarOf([
      { path: 'Dockerfile', kind: 'file', content: Buffer.from(`FROM ${area.image}\nCOPY pip /bin/pip\n`) },
      { path: 'pip', kind: 'file', content: Buffer.from(pip) },
    ])
    await finished(client, await client.buildImage(Readable.from([context]), { t: base }))
    await client
      .createContainer({
        name: area.name('api'),
        Image: base,
        Labels: area.labels,
        Cmd: [
          'sh',
          '-c',
          `test -e /cryptography || { echo No module named cryptography; exit 1; }; ${SERVES}`,
        ],
        HostConfig: { RestartPolicy: { Name: 'always' } },
      })
      .then((container) => container.start())
    await waitForContainer(client.getContainer(area.name('api')), ({ RestartCount }) => RestartCount > 1)
    const slow = await openWorkbench({ engines: bench.ports.engines, longestWait: 10 })
    const parameters = ['installer=pip', 'package=cryptography']
    const { plan, execution } = await slow.fix('container.add-package', area.name('api'), ...parameters)
    expect(plan.steps[0]?.exact).toContain('RUN ["pip","install","--no-cache-dir","cryptography"]')
    expect((await inspect('api')).State.Running).toBe(true)
    await slow.takeBack(execution)
    expect((await inspect('api')).Config.Image).toBe(base)
    await slow.close()
    await client.getContainer(area.name('api')).remove({ force: true })
    await client.getImage(base).remove({ force: true })
  })

  test.concurrent('set a variable of a compose service: by an override file that the next compose up keeps', async (context) => {
    if (!(await isThere(OWN_MACHINE.programs['docker-compose'] ?? '')))
      return context.skip('no docker-compose')
    const directory = await mkdtemp(join(tmpdir(), 'perfbot-compose-'))
    const project = area.name('shop')
    const file = `version: "3.7"\nservices:\n  web:\n    image: ${area.image}\n    command: ["sh", "-c", "${SERVES.replaceAll('$', '$$$$')}"]\n    environment:\n      MODE: slow\n    labels: ${JSON.stringify(area.labels)}\n`
    await writeFile(join(directory, 'docker-compose.yml'), file)
    const env = { ...process.env, DOCKER_HOST: `unix://${dockerSocket()}` }
    const compose = (...words: string[]) =>
      run('docker-compose', ['-p', project, ...words], { cwd: directory, env })
    await compose('up', '-d')
    const name = `${project}_web_1`
    const mode = async () =>
      (await client.getContainer(name).inspect()).Config.Env.find((each) => each.startsWith('MODE='))
    const override = () => readFile(join(directory, 'docker-compose.override.yml'), 'utf8').catch(() => null)

    const { plan, execution } = await bench.fix(
      'compose.set-environment',
      name,
      'variable=MODE',
      'value=fast',
    )
    expect(plan.steps[0]?.exact).toContain('web:\n    environment:\n      MODE: fast')
    expect(await mode()).toBe('MODE=fast')
    await compose('up', '-d')
    expect(await mode()).toBe('MODE=fast')
    await bench.takeBack(execution)
    expect([await mode(), await override()]).toEqual(['MODE=slow', null])
    await compose('down', '-t', '1')
    await rm(directory, { recursive: true })
  })
})

/** Debian's engine gives busybox a PATH of its own. */
const pathOf = ({ Config }: Docker.ContainerInspectInfo) =>
  Config.Env.filter((each) => each.startsWith('PATH='))

/** All of a container that somebody chose, without what an engine makes up for it. */
function madeOf({ Config, HostConfig, NetworkSettings }: Docker.ContainerInspectInfo) {
  const { Env: _env, Hostname: _hostname, Labels, ...config } = Config
  const { 'perfbot.recreated-from': _from, ...labels } = Labels
  const { Binds: _binds, ...host } = HostConfig
  const aliases = Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [
    network,
    (Aliases ?? []).filter((alias: string) => !/^[0-9a-f]{12}$/.test(alias)),
  ])
  return { config: { ...config, Volumes: config.Volumes }, labels, host, aliases }
}

/** An image as `docker save` writes it, made when it says it was. */
function imageOf(name: string, created: string): Buffer {
  const layer = tarOf([{ path: 'old', kind: 'file', content: Buffer.alloc(100_000, name) }])
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  })
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }])
  return tarOf([
    { path: 'config.json', kind: 'file', content: Buffer.from(config) },
    { path: 'layer.tar', kind: 'file', content: layer },
    { path: 'manifest.json', kind: 'file', content: Buffer.from(manifest) },
  ])
}
