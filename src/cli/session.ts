import { type Logger, pino } from 'pino'
import { createPerfbot } from '../app.ts'
import { type Config, loadConfig } from '../config.ts'
import type { Perfbot } from '../perfbot.ts'

/** Logs go to stderr: stdout is for what was asked for. */
export const createLogger = (level: string): Logger => pino({ level, base: null }, pino.destination(2))

/** The configuration, with the variables of a .env file in the working folder if there is one. */
export async function readConfig(file: string | undefined): Promise<Config> {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return loadConfig(file, process.env)
}

/** Runs `work` with a perfbot of the configuration, and closes it whatever happens. */
export async function withPerfbot(
  config: Config,
  logger: Logger,
  work: (perfbot: Perfbot) => Promise<void>,
): Promise<void> {
  const perfbot = await createPerfbot(config, logger)
  try {
    await work(perfbot)
  } finally {
    await perfbot.close()
  }
}

/** Resolves when the person or the system asks the process to end. */
export const untilStopped = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'))
    process.once('SIGTERM', () => resolve('SIGTERM'))
  })

/** A bot lives on when something that nobody awaited fails; it is logged. */
export function surviveMishaps(logger: Logger): void {
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'a failure that nobody awaited'))
}
