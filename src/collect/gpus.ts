import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CollectFailure, type Collector, errorCode, messageOf } from './collector.ts'
import { DeadlineExceeded } from './deadline.ts'
import { GPU_FIELDS, knownFault, parseGpus } from './nvidia-smi.ts'

export type NvidiaSmi = { command: string; configured: boolean }

const run = promisify(execFile)

export function gpuCollector(nvidiaSmi: NvidiaSmi): Collector {
  return {
    name: 'gpus',
    missing: 'GPUs',
    async collect(signal) {
      try {
        const { stdout } = await run(
          nvidiaSmi.command,
          [`--query-gpu=${GPU_FIELDS.join(',')}`, '--format=csv,noheader,nounits'],
          // SIGKILL: nvidia-smi that waits for a hung driver does not hear SIGTERM.
          { signal, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 },
        )
        return { gpus: parseGpus(stdout) }
      } catch (error) {
        throw gpuFailure(error, nvidiaSmi, signal)
      }
    },
  }
}

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
  if (errorCode(error) === 'ENOENT') {
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
