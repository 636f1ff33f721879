import { at, clock, each, linesOf, merged, plain, type Situation, START, syslog, timed } from './situation.ts'

export const PLATFORM: readonly Situation[] = [
  {
    name: 'kernel: the memory limit of a container is reached',
    lines: linesOf(`
Jan 15 14:00:00 host kernel: [88112.100] eth0: link up
Jan 15 14:10:00 host kernel: [88712.100] node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
Jan 15 14:10:00 host kernel: [88712.101] CPU: 3 PID: 4121 Comm: node Not tainted 6.1.0-18-amd64 #1
Jan 15 14:10:00 host kernel: [88712.102] memory: usage 524288kB, limit 524288kB, failcnt 1203
Jan 15 14:10:00 host kernel: [88712.103] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=docker-0f.scope,mems_allowed=0,oom_memcg=/docker/0f,task_memcg=/docker/0f,task=node,pid=4121,uid=1000
Jan 15 14:10:00 host kernel: [88712.104] Memory cgroup out of memory: Killed process 4121 (node) total-vm:1131324kB, anon-rss:498220kB, file-rss:38100kB, shmem-rss:0kB, UID:1000 pgtables:2404kB oom_score_adj:0`),
    first: {
      kind: 'error',
      class: 'oom-killed',
      fields: { process: 'node' },
      count: 1,
      since: at(600) as never,
    },
  },
  {
    name: 'kernel: a disk fails, its file system goes read-only',
    lines: linesOf(`
[88112.100000] EXT4-fs (sdb1): mounted filesystem with ordered data mode
[90000.100000] blk_update_request: I/O error, dev sdb, sector 123456 op 0x1:(WRITE) flags 0x800
[90000.200000] Buffer I/O error on dev sdb1, logical block 1234, lost async page write
[90000.300000] EXT4-fs error (device sdb1): ext4_journal_check_start:83: comm postgres: Detected aborted journal
[90000.400000] EXT4-fs (sdb1): Remounting filesystem read-only`),
    first: { kind: 'error', class: 'disk-failing', fields: { device: 'sdb' } },
    also: ['read-only-filesystem'],
  },
  {
    name: 'kernel: an NVIDIA GPU falls off the bus',
    lines: each(
      0,
      3,
      1,
      (s) =>
        `${syslog(s)} gpu1 kernel: [8811${s}.1] NVRM: Xid (PCI:0000:65:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.`,
    ),
    first: { kind: 'error', class: 'gpu-failed', fields: { xid: 79 }, count: 3 },
  },
  {
    name: 'Kubernetes events as klog: an image cannot be pulled',
    lines: each(
      0,
      300,
      20,
      (s) =>
        `E0115 ${clock(s)}.123456    1234 pod_workers.go:1298] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"web\\" with ImagePullBackOff: \\"Back-off pulling image \\\\\\"registry.local/web:1.9\\\\\\"\\"" pod="default/web-7d4b" podUID="1b2c"`,
    ),
    first: { kind: 'error', class: 'bad-image', count: 15, fields: { image: 'registry.local/web:1.9' } },
  },
  {
    name: 'docker daemon: exec format error and a port that is taken',
    lines: linesOf(`
time="2026-01-15T14:00:00.000000000Z" level=info msg="Starting up"
time="2026-01-15T14:00:02.000000000Z" level=info msg="API listen on /run/docker.sock"
time="2026-01-15T14:05:00.000000000Z" level=error msg="Handler for POST /v1.41/containers/0f/start returned error: driver failed programming external connectivity on endpoint web (9f): Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use"`),
    first: { kind: 'error', class: 'port-in-use', fields: { port: 8080 }, count: 1, since: at(300) as never },
  },
  {
    name: 'systemd: a unit fails again and again',
    lines: each(
      0,
      120,
      10,
      (s) => `${syslog(s)} host systemd[1]: shop.service: Main process exited, code=exited, status=203/EXEC
${syslog(s)} host systemd[1]: shop.service: Failed with result 'exit-code'.
${syslog(s + 5)} host systemd[1]: shop.service: Scheduled restart job, restart counter is at ${s / 10 + 1}.`,
    ),
    first: { kind: 'error', count: 12 },
    says: /shop\.service/,
  },
  {
    name: 'syslog RFC 5424: the resolver does not answer',
    lines: each(
      0,
      100,
      2,
      (s) =>
        `<11>1 ${at(s)} host-7 billing 812 ID47 [exampleSDID@32473 iut="3"] could not post invoice: Temporary failure in name resolution: payments.example.com`,
    ),
    first: { kind: 'error', class: 'name-not-resolved', count: 50, source: 'billing' },
  },
  {
    name: 'docker json-file: a trace line by line',
    lines: [
      '{"log":"listening on 8080\\n","stream":"stdout","time":"2026-01-15T14:00:00.000000001Z"}',
      '{"log":"Traceback (most recent call last):\\n","stream":"stderr","time":"2026-01-15T14:00:01.000000001Z"}',
      '{"log":"  File \\"/app/main.py\\", line 3, in \\u003cmodule\\u003e\\n","stream":"stderr","time":"2026-01-15T14:00:01.000000002Z"}',
      '{"log":"    import numpy\\n","stream":"stderr","time":"2026-01-15T14:00:01.000000003Z"}',
      '{"log":"ModuleNotFoundError: No module named \'numpy\'\\n","stream":"stderr","time":"2026-01-15T14:00:01.000000004Z"}',
    ],
    first: {
      kind: 'error',
      class: 'missing-module',
      fields: { module: 'numpy' },
      count: 1,
      since: at(1) as never,
    },
  },
  {
    name: 'containerd: a Java trace, each line with its time and stream',
    lines: linesOf(`
2026-01-15T14:00:00.100000000Z stdout F started
2026-01-15T14:00:05.100000000Z stderr F Exception in thread "main" java.lang.RuntimeException: cannot start
2026-01-15T14:00:05.100000001Z stderr F 	at com.example.Main.main(Main.java:10)
2026-01-15T14:00:05.100000002Z stderr F Caused by: java.net.UnknownHostException: kafka
2026-01-15T14:00:05.100000003Z stderr F 	at java.base/java.net.InetAddress.getAllByName(InetAddress.java:801)
2026-01-15T14:00:05.100000004Z stderr F 	... 1 more`),
    first: {
      kind: 'error',
      class: 'name-not-resolved',
      fields: { host: 'kafka' },
      count: 1,
      since: at(5.1) as never,
    },
  },
  {
    name: 'journald as JSON: permission denied at priority 3',
    lines: each(
      0,
      50,
      10,
      (s) =>
        `{"__REALTIME_TIMESTAMP":"${(START + s * 1000) * 1000}","_SYSTEMD_UNIT":"grafana.service","SYSLOG_IDENTIFIER":"grafana","PRIORITY":"3","_PID":"812","MESSAGE":"failed to open database: open /var/lib/grafana/grafana.db: permission denied"}`,
    ),
    first: {
      kind: 'error',
      class: 'permission-denied',
      fields: { file: '/var/lib/grafana/grafana.db' },
      source: 'grafana',
      count: 5,
      since: at(0) as never,
      until: at(40) as never,
    },
  },
  {
    name: 'journald as it exports: blocks of fields',
    lines: each(
      0,
      50,
      10,
      (s) => `__CURSOR=s=1;i=${s}
__REALTIME_TIMESTAMP=${(START + s * 1000) * 1000}
_BOOT_ID=5f0c
PRIORITY=6
SYSLOG_IDENTIFIER=backup
MESSAGE=rsync: write failed on "/mnt/backup/db.tar": No space left on device (28)
_PID=812
`,
    ),
    first: {
      kind: 'error',
      class: 'disk-full',
      source: 'backup',
      count: 5,
      since: at(0) as never,
      until: at(40) as never,
    },
  },
  {
    name: 'ollama: CUDA is out of memory, the runner ends, requests answer 500',
    lines: merged(
      timed(
        0,
        300,
        5,
        (s) =>
          `[GIN] 2026/01/15 - ${clock(s)} | 200 |  2.${100 + s}s |      172.18.0.7 | POST     "/api/chat"`,
      ),
      [
        [
          300,
          `ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory
time=${at(300)} level=ERROR source=server.go:457 msg="llama runner terminated" error="exit status 2"
time=${at(300)} level=INFO source=sched.go:449 msg="Load failed" model=/root/.ollama/models/blobs/sha256-6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa error="llama runner process has terminated: cudaMalloc failed: out of memory"`,
        ],
      ],
      timed(
        301,
        360,
        5,
        (s) =>
          `[GIN] 2026/01/15 - ${clock(s)} | 500 |  1.${100 + s}s |      172.18.0.7 | POST     "/api/chat"`,
      ),
    ),
    first: { kind: 'error', class: 'out-of-memory' },
    also: ['server-error'],
  },
  {
    name: 'ollama: it does not see its GPU',
    lines: linesOf(`
time=2026-01-15T14:00:00.000Z level=INFO source=routes.go:1259 msg="Listening on [::]:11434 (version 0.5.7)"
time=2026-01-15T14:00:01.000Z level=INFO source=gpu.go:226 msg="looking for compatible GPUs"
time=2026-01-15T14:00:01.500Z level=WARN source=gpu.go:605 msg="unknown error initializing cuda driver library /usr/lib/libcuda.so.535.1: cuda driver library init failure: 999"
time=2026-01-15T14:00:02.000Z level=INFO source=gpu.go:392 msg="no compatible GPUs were discovered"`),
    first: { kind: 'error', class: 'gpu-failed' },
  },
  {
    name: 'Celery: the broker is lost, then a task fails for good',
    lines: merged(
      timed(
        0,
        300,
        5,
        (s) =>
          `[${plain(s)},000: INFO/ForkPoolWorker-${s % 4}] Task shop.tasks.mail[1b2c3d4e-0000-4000-8000-00000000${1000 + s}] succeeded in 0.${s % 9}3s: None`,
      ),
      timed(
        300,
        420,
        10,
        (
          s,
        ) => `[${plain(s)},100: ERROR/MainProcess] consumer: Cannot connect to amqp://shop:hunter2secret@rabbit:5672//: [Errno 111] Connection refused.
Trying again in ${(s % 30) + 2}.00 seconds... (${s / 10}/100)
`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: 'rabbit', port: 5672 },
      count: 12,
      since: at(300.1) as never,
    },
  },
  {
    name: 'a crash loop: the same start and the same end',
    lines: each(
      0,
      300,
      30,
      (s) => `${plain(s)} INFO app starting version 1.2.3
${plain(s + 1)} INFO app connecting to redis
${plain(s + 2)} CRITICAL app JWT_SECRET is not set`,
    ),
    first: { kind: 'error', class: 'missing-variable', fields: { variable: 'JWT_SECRET' }, count: 10 },
  },
  {
    name: 'a shell entry point without its program, and no times at all',
    lines: ['waiting for database', 'migrations done', '/entrypoint.sh: line 12: gunicorn: not found'],
    first: {
      kind: 'error',
      class: 'missing-command',
      fields: { command: 'gunicorn' },
      since: null,
      count: 1,
    },
  },
]
