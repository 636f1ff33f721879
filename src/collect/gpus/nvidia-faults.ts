import { CollectFailure, errorCode, messageOf } from '../collector.ts'

export type NvidiaSmi = {
  readonly command: string
  /** Named in the configuration: then it is a fault that it is missing. */
  readonly configured: boolean
}

/** What nvidia-smi prints when it fails, and what is to be done. It prints to stdout as often as to stderr. */
const KNOWN_FAULTS = [
  {
    pattern: /Driver\/library version mismatch/i,
    reason: 'The NVIDIA kernel module and its library have different versions (an update without a reboot)',
    remedy: 'Reboot the host, or unload and reload the nvidia kernel modules',
  },
  {
    pattern: /couldn't communicate with the NVIDIA driver/i,
    reason: "nvidia-smi couldn't communicate with the NVIDIA driver",
    remedy: 'Check that the kernel module is loaded (lsmod | grep nvidia; dmesg), or reinstall the driver',
  },
  {
    pattern: /No devices were found/i,
    reason: 'The NVIDIA driver runs, but found no GPU',
    remedy: 'Check dmesg for "NVRM: Xid 79" (fell off the bus) and lspci | grep -i nvidia',
  },
  {
    pattern: /Failed to initialize NVML: Insufficient Permissions/i,
    reason: 'nvidia-smi may not use the NVIDIA devices',
    remedy: 'Let the user that perfbot runs as read and write /dev/nvidiactl and /dev/nvidia0',
  },
  {
    pattern: /Failed to initialize NVML: (?:Unknown Error|Driver Not Loaded)/i,
    reason: 'nvidia-smi cannot reach the NVIDIA driver',
    remedy:
      'In a container: restart it (a systemd reload of the host takes its GPUs away); on a host: lsmod | grep nvidia',
  },
]

export const LOST_REMEDY =
  'Check dmesg for "NVRM: Xid 79" (fell off the bus); reboot the host, then check the power cables and the seat of the card'

export function knownFault(printed: string): CollectFailure | null {
  const known = KNOWN_FAULTS.find(({ pattern }) => pattern.test(printed))
  if (known) return new CollectFailure('failed', known.reason, known.remedy)
  const [lost] = lostGpus(printed)
  return lost ? new CollectFailure('failed', `GPU ${lost.pciAddress}: ${lost.reason}`, LOST_REMEDY) : null
}

export type LostGpu = { readonly pciAddress: string; readonly reason: string }

/** "Unable to determine the device handle for GPU1: 0000:0A:00.0: GPU is lost.  Reboot the system …", in all its forms. */
export function lostGpus(printed: string): LostGpu[] {
  const lines = printed.matchAll(
    /Unable to determine the device handle for gpu ?\d*:? *([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]): *([^\n]*)/gi,
  )
  const byAddress = new Map<string, string>()
  for (const [, address = '', reason = ''] of lines) {
    byAddress.set(kernelAddress(address), reason.replace(/\s+/g, ' ').trim().slice(0, 200))
  }
  return [...byAddress].map(([pciAddress, reason]) => ({ pciAddress, reason }))
}

/** NVIDIA writes a domain of eight digits in capitals, the kernel of four in small letters. */
export const kernelAddress = (address: string): string =>
  address.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '')

/** It could not be started at all. */
export function startFailure(error: unknown, { command, configured }: NvidiaSmi): CollectFailure {
  const code = errorCode(error)
  // A folder of the PATH that may not be read gives EACCES where nothing was found in any other.
  const isNotOnPath = code === 'EACCES' && !command.includes('/')
  if (code === 'ENOENT' || isNotOnPath) {
    return new CollectFailure(
      configured ? 'failed' : 'absent',
      `No NVIDIA GPU tools on this host: ${command} was not found`,
      'If the host has NVIDIA GPUs, install the driver, or give the path of nvidia-smi under gpus: in config/perfbot.yaml',
      { cause: error },
    )
  }
  if (code === 'EACCES') {
    return new CollectFailure(
      'failed',
      `${command} may not be executed`,
      `Make it executable: chmod +x ${command}`,
      { cause: error },
    )
  }
  return failed(command, messageOf(error), error)
}

type End = {
  readonly command: string
  readonly printed: string
  readonly code: number | null
  readonly signal: string | null
}

/** It ended without having been asked to. Without a GPU it says so and, in some versions, calls that a success. */
export function endFailure({ command, printed, code, signal }: End): CollectFailure {
  const known = knownFault(printed)
  if (known) return known
  return code === 0 && printed !== ''
    ? nothingReadable(command, printed)
    : failed(command, printed || `it ended with ${signal ?? `code ${code}`}`)
}

const failed = (command: string, why: string, cause?: unknown): CollectFailure =>
  new CollectFailure(
    'failed',
    `${command} failed: ${why.trim().slice(0, 300)}`,
    `Run ${command} by hand as the user that perfbot runs as`,
    { cause },
  )

const HANGS = 'A GPU or its driver hangs: look for "NVRM: Xid" in dmesg'

export const hangFailure = (command: string, howLong: string, cause?: unknown): CollectFailure =>
  new CollectFailure(
    'failed',
    `${command} ${howLong}`,
    `${HANGS}; enabling persistence mode (nvidia-smi -pm 1) makes it answer faster`,
    { cause },
  )

export const stillHanging = (command: string, pid: number): CollectFailure =>
  new CollectFailure(
    'failed',
    `${command} (pid ${pid}) has hung since an earlier reading and cannot be killed`,
    `${HANGS}; only a reboot may help`,
  )

export const nothingReadable = (command: string, printed: string): CollectFailure =>
  new CollectFailure(
    'failed',
    `${command} printed nothing that is a GPU: ${printed.trim().slice(0, 200)}`,
    `Run ${command} -q -x by hand`,
  )
