import { scenariosOf } from './scenario.ts'
import { composed, MEBIBYTE, SERVES, WELL_MADE } from './stage/containers.ts'

const says = (line: string, exit: number) => `echo "${line}" >&2; exit ${exit}`
const ALWAYS = { ...WELL_MADE, RestartPolicy: { Name: 'always' } }
const ONCE = { ...WELL_MADE, RestartPolicy: { Name: 'no' } }

export const failingContainers = scenariosOf('containers', [
  {
    name: 'an API that lacks a Python module and is started again and again, and a caller that gets no answer',
    async broken(stage) {
      const engine = await stage.containers()
      const api = await engine.start('api', says("ModuleNotFoundError: No module named 'cryptography'", 1), {
        HostConfig: ALWAYS,
      })
      const failed = `ERROR upstream http://${engine.name('api')}:8000/me failed with status 502 Bad Gateway`
      await engine.start('web', `for n in $(seq 120); do echo '${failed}' >&2; done; ${SERVES}`, {
        HostConfig: WELL_MADE,
      })
      await engine.until(api, ({ RestartCount }) => RestartCount >= 3)
      return { docker: [engine.source] }
    },
    readings: 2,
    apart: 60,
    expects: {
      first: 'crash-loop',
      severity: 'critical',
      says: /cryptography is not in the image/,
      symptoms: ['log-errors'],
    },
  },
  {
    name: 'a worker of a compose project that has no DATABASE_URL and stays down',
    quick: true,
    async broken(stage) {
      const engine = await stage.containers()
      const worker = await engine.start('worker', says("KeyError: 'DATABASE_URL'", 1), {
        HostConfig: ONCE,
        Labels: composed('shop', 'worker'),
      })
      await engine.until(worker, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /DATABASE_URL is not set/ },
  },
  {
    name: 'a container that needs more memory than its limit and is killed',
    async broken(stage) {
      const engine = await stage.containers()
      const hungry = await engine.start('hungry', 'echo loading; exec tail /dev/zero', {
        HostConfig: { ...ONCE, Memory: 16 * MEBIBYTE, MemorySwap: 16 * MEBIBYTE },
        Labels: composed('shop', 'hungry'),
      })
      await engine.until(hungry, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: {
      first: 'oom-killed',
      severity: 'critical',
      says: /limit of 16 MiB/,
      maybe: ['host-oom-kill'],
    },
  },
  {
    name: 'a container whose working set has come near its limit',
    async broken(stage) {
      const engine = await stage.containers()
      const script = `dd if=/dev/zero of=/dev/shm/kept bs=1M count=60; echo filled; ${SERVES}`
      const full = await engine.start('cache', script, {
        HostConfig: { ...WELL_MADE, Memory: 64 * MEBIBYTE, ShmSize: 128 * MEBIBYTE },
      })
      await engine.logged(full, 'filled')
      return { docker: [engine.source] }
    },
    expects: { first: 'memory-near-limit', severity: 'high', says: /Raise the memory limit/ },
  },
  {
    name: 'a container that its CPU quota holds back',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.start('encoder', 'while :; do :; done', { HostConfig: { ...WELL_MADE, NanoCpus: 2e8 } })
      return { docker: [engine.source] }
    },
    expects: { first: 'cpu-throttled', severity: 'medium' },
  },
  {
    name: 'a service that fails its healthcheck because its database is not there',
    async broken(stage) {
      const engine = await stage.containers()
      const line =
        'ERROR could not connect to server: Connection refused (0x0000274D/10061) host "db" port 5432'
      const api = await engine.start('api', `while :; do echo '${line}' >&2; sleep 0.2; done`, {
        HostConfig: WELL_MADE,
        Healthcheck: { Test: ['CMD', 'false'], Interval: 100e6, Timeout: 1e9, Retries: 3 },
      })
      await engine.until(api, ({ State }) => State.Health?.Status === 'unhealthy')
      return { docker: [engine.source] }
    },
    expects: { first: 'unhealthy', severity: 'high', maybe: ['log-errors'] },
  },
  {
    name: 'a healthcheck that uses a program which the image does not have',
    async broken(stage) {
      const engine = await stage.containers()
      const api = await engine.start('api', SERVES, {
        HostConfig: WELL_MADE,
        Healthcheck: { Test: ['CMD', 'curl', '-f', 'http://localhost'], Interval: 100e6, Retries: 2 },
      })
      await engine.until(api, ({ State }) => State.Health?.Status === 'unhealthy')
      return { docker: [engine.source] }
    },
    expects: { first: 'unhealthy', severity: 'medium', says: /cannot run/ },
  },
  {
    name: 'a container that crashes with a segmentation fault',
    async broken(stage) {
      const engine = await stage.containers()
      const crashed = await engine.start('native', `sh -c 'kill -SEGV $$'; exit $?`, {
        HostConfig: ONCE,
        Labels: composed('shop', 'native'),
      })
      await engine.until(crashed, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /segmentation fault/ },
  },
  {
    name: 'a container whose command is not in its image',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.startInVain('worker', ['celery', 'worker'], {
        HostConfig: ALWAYS,
        Labels: composed('shop', 'worker'),
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'start-failed', severity: 'high', says: /celery/ },
  },
  {
    name: 'two containers that want the same port of the host',
    async broken(stage) {
      const engine = await stage.containers()
      const HostConfig = {
        ...WELL_MADE,
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18087' }] },
      }
      await engine.start('proxy', SERVES, { HostConfig, ExposedPorts: { '80/tcp': {} } })
      await engine.startInVain('proxy-2', ['sh', '-c', SERVES], {
        HostConfig,
        ExposedPorts: { '80/tcp': {} },
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'start-failed', severity: 'high', says: /18087/ },
  },
  {
    name: 'a container that asks for a GPU where the engine has no way to give one',
    async broken(stage) {
      const engine = await stage.containers()
      await engine.startInVain('ollama', ['sh', '-c', SERVES], {
        HostConfig: { ...WELL_MADE, DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] },
      })
      return { docker: [engine.source] }
    },
    expects: { first: 'start-failed', severity: 'high', says: /GPU|gpu/ },
  },
  {
    name: 'a container that fills what it may write to',
    async broken(stage) {
      const engine = await stage.containers()
      const full = await engine.start('export', 'dd if=/dev/zero of=/data/out bs=1M count=4 && echo done', {
        HostConfig: { ...ONCE, Tmpfs: { '/data': 'size=1m' } },
        Labels: composed('shop', 'export'),
      })
      await engine.until(full, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /disk it writes to is full/ },
  },
  {
    name: 'a container whose own file system is read-only',
    async broken(stage) {
      const engine = await stage.containers()
      const stuck = await engine.start('app', 'echo 1 > /tmp/pid || exit 1', {
        HostConfig: { ...ONCE, ReadonlyRootfs: true },
        Labels: composed('shop', 'app'),
      })
      await engine.until(stuck, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /read-only/ },
  },
  {
    name: 'a container whose user may not write where it has to',
    async broken(stage) {
      const engine = await stage.containers()
      const denied = await engine.start('app', 'cat > /bin/state < /dev/null || exit 1', {
        HostConfig: ONCE,
        User: '1000',
        Labels: composed('shop', 'app'),
      })
      await engine.until(denied, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /may not use \/bin\/state/ },
  },
  {
    name: 'a container built for another processor',
    async broken(stage) {
      const engine = await stage.containers()
      // The head of an ELF program for s390x, which this kernel cannot run.
      const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x02\x01', 'latin1'), Buffer.alloc(57)])
      elf.writeUInt16BE(2, 16)
      elf.writeUInt16BE(22, 18)
      const alien = await engine.start('alien', ['/server'], {
        HostConfig: ONCE,
        Labels: composed('shop', 'alien'),
        files: [{ path: 'server', kind: 'file', content: elf }],
      })
      await engine.until(alien, ({ State }) => State.Status === 'exited')
      return { docker: [engine.source] }
    },
    expects: { first: 'exited-error', severity: 'high', says: /architecture/ },
  },
])
