import { scenariosOf } from './scenario.ts'

/** A file system of its own on a file, in a place that only this scenario sees. */
const mounted = (options: string, size = '24M'): string =>
  `cd "$PERFBOT_SCENARIO" && truncate -s ${size} image && mkfs.ext4 -q -m 0 ${options} image && mkdir -p data && mount -o loop image data`

export const brokenHosts = scenariosOf('host', [
  {
    name: 'a file system that is full',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: `${mounted('')} && head -c 19M /dev/zero > data/fill; sync`,
      },
    }),
    expects: { first: 'host-disk-space', says: /data/ },
  },
  {
    name: 'a file system without inodes',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: `${mounted('-N 128')} && for n in $(seq 116); do touch data/$n; done 2>/dev/null; sync`,
      },
    }),
    expects: { first: 'host-inodes', severity: 'critical' },
  },
  {
    name: 'a file system that was mounted anew, read-only',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: mounted(''),
        between: 'mount -o remount,ro "$PERFBOT_SCENARIO/data"',
      },
    }),
    expects: { first: 'host-fs-readonly', severity: 'critical' },
  },
  {
    name: 'a server that does not accept as fast as clients connect',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: 'ip link set lo up',
        between: `node -e "
          const net = require('node:net')
          const server = net.createServer()
          server.listen({ port: 7999, host: '127.0.0.1', backlog: 1 }, () => {
            const child = require('node:child_process').spawn(process.execPath, ['-e', \\"for (let n = 0; n < 60; n += 1) require('node:net').connect(7999, '127.0.0.1').on('error', () => {}); setTimeout(() => process.exit(), 1500)\\"])
            const until = Date.now() + 1800
            while (Date.now() < until);
            process.exit()
          })"`,
      },
    }),
    readings: 2,
    expects: { first: 'host-listen-overflow', severity: 'medium' },
  },
  {
    name: 'a network that loses packets',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before:
          'ip link set lo up && iptables -A INPUT -i lo -m statistic --mode random --probability 0.08 -j DROP',
        between: `node -e "
          const net = require('node:net')
          const server = net.createServer((socket) => socket.resume().on('error', () => {}))
          server.listen(7998, '127.0.0.1', () => {
            for (let n = 0; n < 8; n += 1) {
              const socket = net.connect(7998, '127.0.0.1').on('error', () => {})
              const write = () => { for (let k = 0; k < 200; k += 1) socket.write('x'.repeat(900)); setTimeout(write, 10) }
              write()
            }
            setTimeout(() => process.exit(), 2500)
          })"`,
      },
    }),
    readings: 2,
    thresholds: { retransmittedSegments: 20 },
    expects: { first: 'host-tcp-retransmits' },
  },
  {
    name: 'a parent that never asks how its children ended',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: `perl -e 'for (1..70) { fork or exit } sleep 60' & sleep 0.5`,
      },
    }),
    expects: { first: 'host-zombies', severity: 'low' },
  },
  {
    name: 'more work than there are processors',
    machine: true,
    thresholds: { cpuBusy: 0.8 },
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: 'for n in $(seq $(($(nproc) * 3))); do nice -n 19 perl -e "1 while 1" & done; sleep 0.3',
      },
    }),
    apart: 100,
    readings: 4,
    expects: { first: 'host-cpu-saturated', severity: 'high', maybe: ['host-zombies'] },
  },
  {
    name: 'a machine that is well: a full image that is read-only, a large file system that is nearly full of data',
    machine: true,
    broken: async (stage) => ({
      apart: {
        directory: await stage.directory(),
        before: `${mounted('')} && head -c 12M /dev/zero > data/half && sync && truncate -s 8M ro && mkfs.ext4 -q -m 0 ro && mkdir -p frozen && mount -o loop ro frozen && head -c 8M /dev/zero > frozen/fill; sync; mount -o remount,ro frozen`,
      },
    }),
    expects: { first: null, never: ['host-disk-space', 'host-fs-readonly'], maybe: ['host-cpu-saturated'] },
  },
])
