import type { Severity } from '../../model/finding.ts'
import { counted, formatSeconds } from '../../model/format.ts'
import type { KernelEvent } from '../../model/kernel-event.ts'
import { type Seconds, seconds, secondsBetween } from '../../model/units.ts'
import { manual } from '../fixes.ts'
import { growth, minutes, NO_EARLIER_READING } from '../history.ts'
import { type Context, measured, observed, type Rule, rule, type Verdict } from '../rule.ts'
import { machine, partsOf } from '../subjects.ts'

const DAY: Seconds = seconds(86_400)

/** An event is news for a day: it does not hold, it happened. */
const isRecent = ({ at }: KernelEvent, { snapshot }: Context): boolean =>
  secondsBetween(at, snapshot.takenAt) <= DAY

type Said = {
  readonly severity: Severity
  readonly title: string
  readonly impact: string
  readonly rootCause: string
  readonly fix: { readonly title: string; readonly change: string }
}

/** A rule over lines of the kernel log of one kind: those of one part (a device, a program) are one finding. */
function kernelLogRule<Kind extends KernelEvent['kind']>(definition: {
  readonly id: string
  readonly looksAt: string
  readonly kind: Kind
  readonly partOf: (event: Extract<KernelEvent, { kind: Kind }>) => string
  readonly say: (part: string, count: number, context: Context) => Said | 'passed'
}): Rule {
  type Event = Extract<KernelEvent, { kind: Kind }>
  const isOfKind = (event: KernelEvent): event is Event => event.kind === definition.kind
  const eventsOf = (log: readonly KernelEvent[], context: Context): Event[] =>
    log.filter(isOfKind).filter((event) => isRecent(event, context))
  return rule<readonly Event[] | null>({
    id: definition.id,
    about: 'host',
    looksAt: definition.looksAt,
    subjects: (context) => {
      const [host] = machine(context)
      if (!host) return []
      if (host.value.kernelLog === null) return [{ ...host, value: null }]
      const groups = Map.groupBy(eventsOf(host.value.kernelLog, context), definition.partOf)
      if (groups.size === 0) return [{ ...host, value: [] }]
      return [...groups].map(([part, value]) => ({ ...host, value, part }))
    },
    check(events, context): Verdict {
      if (events === null) return { couldNotLook: 'the kernel log cannot be read' }
      const latest = events.at(-1)
      if (!latest) return 'passed'
      const count = events.reduce((sum, event) => sum + event.count, 0)
      const said = definition.say(definition.partOf(latest), count, context)
      if (said === 'passed') return 'passed'
      const { fix, ...rest } = said
      return {
        ...rest,
        evidence: [
          measured(context)('times', count, 'count', '/dev/kmsg'),
          { ...observed(context)('kernel log', latest.message, '/dev/kmsg'), at: latest.at },
        ],
        fixes: [manual(fix.title, fix.change)],
      }
    },
  })
}

const IN_THE_LOG = 'in the kernel log of the last day'

export const ioErrors = kernelLogRule({
  id: 'host-disk-errors',
  looksAt: `I/O errors ${IN_THE_LOG}`,
  kind: 'io-error',
  partOf: ({ device }) => device,
  say: (device, count) => ({
    severity: 'high',
    title: `${device} failed to do ${counted(count, 'operation')}`,
    impact: 'What could not be read is lost, what could not be written is not saved.',
    rootCause: `The disk ${device}, its cable or its controller is failing, or the storage behind it was gone.`,
    fix: {
      title: 'Save the data first, then ask the disk',
      change: `smartctl -a /dev/${device}; for NVMe: nvme smart-log /dev/${device}`,
    },
  }),
})

export const filesystemErrors = kernelLogRule({
  id: 'host-fs-errors',
  looksAt: `damaged file systems ${IN_THE_LOG}`,
  kind: 'filesystem-error',
  partOf: ({ device }) => device,
  say: (device) => ({
    severity: 'critical',
    title: `The file system of ${device} found itself damaged`,
    impact: 'Files can be lost, and the next error may stop all writing.',
    rootCause: 'A failing disk or memory, or a write that never arrived before a crash.',
    fix: {
      title: 'Back up, unmount and check it',
      change: `umount /dev/${device} && fsck -n /dev/${device}`,
    },
  }),
})

export const hungTasks = kernelLogRule({
  id: 'host-hung-task',
  looksAt: `tasks that stood still ${IN_THE_LOG}`,
  kind: 'hung-task',
  partOf: ({ process }) => process,
  say: (process, count) => ({
    severity: 'high',
    title: `${process} stood still in the kernel for minutes${count > 1 ? `, ${count} times` : ''}`,
    impact: 'It cannot be killed meanwhile, and all that waits for it stands still too.',
    rootCause: 'Storage, most often of the network, that does not answer; or a fault of a driver.',
    fix: { title: 'See where they wait', change: 'echo w > /proc/sysrq-trigger; dmesg | tail -100' },
  }),
})

export const lockups = kernelLogRule({
  id: 'host-lockup',
  looksAt: `processors that were held in the kernel ${IN_THE_LOG}`,
  kind: 'lockup',
  partOf: () => 'CPUs',
  say: (_, count) => ({
    severity: 'high',
    title: `A processor was held in the kernel ${counted(count, 'time')}`,
    impact: 'Everything that was to run on it stood still.',
    rootCause: 'A fault of a driver or of the hardware, or a hypervisor that did not run this machine.',
    fix: { title: 'Read who was on it', change: "journalctl -k --grep 'lockup|rcu' | tail -50" },
  }),
})

export const hardwareErrors = kernelLogRule({
  id: 'host-hardware-error',
  looksAt: `errors that the hardware reported ${IN_THE_LOG}`,
  kind: 'hardware-error',
  partOf: ({ message }) =>
    /uncorrect|\bUE\b|fatal|Machine Check Exception|Memory failure/i.test(message) ? 'fatal' : 'other',
  say: (part, count) => ({
    // What was corrected, or is only said to be logged, did no harm yet.
    severity: part === 'fatal' ? 'high' : 'low',
    title: `The hardware reported ${counted(count, part === 'fatal' ? 'uncorrected error' : 'error')}`,
    impact: part === 'fatal' ? 'Data or programs were hit.' : 'None yet: more of them announce a failure.',
    rootCause: 'Memory, processor or bus: the line names which.',
    fix: { title: 'Have it decoded', change: 'ras-mc-ctl --errors, or: mcelog --client' },
  }),
})

export const segfaults = kernelLogRule({
  id: 'host-segfaults',
  looksAt: `programs that crashed again and again ${IN_THE_LOG}`,
  kind: 'segfault',
  partOf: ({ process }) => process,
  say: (process, count, { thresholds }) =>
    count < thresholds.segfaults
      ? 'passed'
      : {
          severity: 'medium',
          title: `${process} crashed ${count} times`,
          impact: 'Each time its work was cut off.',
          rootCause: 'It reads memory that is not its own: a bug of it or of a library, or bad memory.',
          fix: { title: 'Look at a core dump', change: `coredumpctl info ${process}` },
        },
})

/** What NVIDIA says of the numbers, https://docs.nvidia.com/deploy/xid-errors/. */
const XIDS: readonly [codes: readonly number[], severity: Severity, cause: string][] = [
  [[13, 31, 43, 45, 68], 'low', 'The program that ran did something wrong; rarely the GPU itself.'],
  [[63], 'medium', 'A row or page of its memory went bad and was replaced: a reset completes that.'],
  [[48, 64, 94, 95], 'high', 'Its memory lost data: an error that ECC could not correct.'],
  [[74], 'high', 'An NVLink connection failed.'],
  [[79], 'critical', 'It fell off the bus: power, heat, seat or slot.'],
  [[119, 120], 'high', 'Its own processor (GSP) stopped answering the driver.'],
]

export const xids = kernelLogRule({
  id: 'gpu-xid',
  looksAt: `errors of NVIDIA GPUs ${IN_THE_LOG}`,
  kind: 'xid',
  partOf: ({ code, device }) => `Xid ${code} of ${device}`,
  say: (part, count) => {
    const code = Number(/\d+/.exec(part)?.[0])
    const [, severity, cause] = XIDS.find(([codes]) => codes.includes(code)) ?? [
      [],
      'medium',
      'NVIDIA’s list of Xid errors says what this number means.',
    ]
    return {
      severity: severity as Severity,
      title: `GPU reports ${part}${count > 1 ? `, ${count} times` : ''}`,
      impact: severity === 'low' ? 'A program on it ended.' : 'What ran on it failed, and may fail again.',
      rootCause: cause as string,
      fix: {
        title: code === 79 ? 'Restart the machine; see its power and cooling' : 'See the state of the GPU',
        change: 'nvidia-smi -q -d ECC,ROW_REMAPPER,PERFORMANCE,TEMPERATURE',
      },
    }
  },
})

export const rebootRequired = rule({
  id: 'host-reboot-required',
  about: 'host',
  looksAt: 'whether updates wait for a restart',
  subjects: machine,
  check({ rebootRequired: required }, context): Verdict {
    if (required === null) return { couldNotLook: 'this distribution does not say' }
    if (!required) return 'passed'
    return {
      severity: 'low',
      title: 'The host waits for a restart',
      impact: 'Updates of the kernel or of libraries are not in force.',
      rootCause: 'An update asked for a restart that has not happened.',
      evidence: [observed(context)('restart required', 'yes', '/run/reboot-required')],
      fixes: [manual('Restart at a quiet time', 'systemctl reboot')],
    }
  },
})

export const overheated = rule({
  id: 'host-temperature',
  about: 'host',
  looksAt: 'temperatures against the limits of their sensors',
  subjects: (context) =>
    partsOf(
      machine(context),
      ({ temperatures }) =>
        temperatures.filter(({ maximum, critical }) => (maximum ?? 0) > 0 || (critical ?? 0) > 0),
      ({ sensor }) => sensor,
    ),
  check({ sensor, temperature, maximum, critical }, context): Verdict {
    const isCritical = critical !== null && critical > 0 && temperature >= critical
    const isOver = maximum !== null && maximum > 0 && temperature >= maximum
    if (!isCritical && !isOver) return 'passed'
    const figure = measured(context)
    return {
      severity: isCritical ? 'critical' : 'medium',
      title: `${sensor} is at ${temperature} °C`,
      impact: isCritical ? 'The hardware is about to switch itself off.' : 'The hardware slows down to cool.',
      rootCause: 'Fans, dust, or a room that is too warm.',
      evidence: [
        figure(sensor, temperature, 'celsius', '/sys/class/hwmon'),
        figure('limit of the sensor', (isCritical ? critical : maximum) ?? 0, 'celsius', '/sys/class/hwmon'),
      ],
      fixes: [manual('See fans and air', 'sensors; ipmitool sdr type fan')],
    }
  },
})

export const thermalThrottled = rule({
  id: 'host-thermal-throttle',
  about: 'host',
  looksAt: 'processors that slowed down for heat in the last ten minutes',
  subjects: machine,
  check({ cpu }, context): Verdict {
    if (cpu.thermalThrottles === null) return { couldNotLook: 'the processors do not count it' }
    const grown = growth(context, minutes(10), (past) => past.machine?.cpu.thermalThrottles)
    if (!grown) return NO_EARLIER_READING
    if (grown.by < context.thresholds.thermalThrottles) return 'passed'
    return {
      severity: 'medium',
      title: `Processors slowed down for heat ${grown.by} times in ${formatSeconds(grown.over)}`,
      impact: 'The machine computes less than it could.',
      rootCause: 'Its cooling does not carry off what it draws.',
      evidence: [
        measured(context)('throttle events', grown.by, 'count', '/sys/devices/system/cpu thermal_throttle'),
      ],
      fixes: [manual('See fans, paste and air', 'sensors; turbostat --quiet --show PkgTmp,Bzy_MHz')],
    }
  },
})
