import { type ChildProcess, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CollectFailure, type Collector, errorCode, messageOf } from './collector.ts'
import { DeadlineExceeded } from './deadline.ts'
import { GPU_FIELDS, knownFault, parseGpus } from './nvidia-smi.ts'

export type NvidiaSmi = { command: string; configured: boolean }

const run = promisify(execFile)

const ARGUMENTS = [`--query-gpu=${GPU_FIELDS.join(',')}`, '--format=csv,noheader,nounits']

/** Whether a process is still there, be it that it waits for a driver and hears no signal. */
const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

export function gpuCollector(nvidiaSmi: NvidiaSmi): Collector {
  let last: ChildProcess | null = null

  async function ask(signal: AbortSignal): Promise<string> {
    const answer = run(nvidiaSmi.command, ARGUMENTS, { maxBuffer: 1024 * 1024 })
    const { child } = answer
    last = child
    // SIGKILL: nvidia-smi that waits for a hung driver does not hear SIGTERM, which is what execFile's own signal sends.
    const kill = () => child.kill('SIGKILL')
    signal.addEventListener('abort', kill, { once: true })
    try {
      return (await answer).stdout
    } finally {
      signal.removeEventListener('abort', kill)
    }
  }

  return {
    name: 'gpus',
    missing: 'GPUs',
    async collect(signal) {
      // One that even SIGKILL does not end hangs in the kernel; another beside it would hang as well.
      if (last && last.pid !== undefined && isAlive(last)) throw stillHanging(nvidiaSmi, last.pid)
      try {
        return { gpus: parseGpus(await ask(signal)) }
      } catch (error) {
        throw gpuFailure(error, nvidiaSmi, signal)
      }
    },
  }
}

const stillHanging = ({ command }: NvidiaSmi, pid: number): CollectFailure =>
  new CollectFailure(
    'failed',
    `${command} (pid ${pid}) has hung since an earlier reading and cannot be killed`,
    'The driver or a GPU hangs: look for "NVRM: Xid" in dmesg; only a reboot may help',
  )

function gpuFailure(error: unknown, { command, configured }: NvidiaSmi, signal: AbortSignal): unknown {
  if (error instanceof CollectFailure) return error
  if (signal.aborted) {
    const limit = signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'
    return new CollectFailure(
      'failed',
      `${command} ${limit}`,
      'A GPU or its driver hangs: look for "NVRM: Xid" in dmesg; enabling persistence mode (nvidia-smi -pm 1) makes it answer faster',
      { cause: error },
    )
  }
  // A folder of the PATH that may not be read gives EACCES where nothing was found in any other.
  const isNotOnPath = errorCode(error) === 'EACCES' && !command.includes('/')
  if (errorCode(error) === 'ENOENT' || isNotOnPath) {
    return new CollectFailure(
      configured ? 'failed' : 'absent',
      `No NVIDIA GPU tools on this host: ${command} was not found`,
      'If the host has NVIDIA GPUs, install the driver, or give the path of nvidia-smi under gpus: in config/perfbot.yaml',
      { cause: error },
    )
  }
  if (errorCode(error) === 'EACCES') {
    return new CollectFailure(
      'failed',
      `${command} may not be executed`,
      `Make it executable: chmod +x ${command}`,
      { cause: error },
    )
  }
  const printed = printedBy(error)
  const known = knownFault(printed)
  if (known) return known
  return new CollectFailure(
    'failed',
    `${command} failed: ${printed.trim().slice(0, 300) || messageOf(error)}`,
    `Run ${command} by hand as the user that perfbot runs as`,
    { cause: error },
  )
}

function printedBy(error: unknown): string {
  const outputs = error as { stdout?: unknown; stderr?: unknown }
  return [outputs.stdout, outputs.stderr].filter((output) => typeof output === 'string').join('\n')
}
