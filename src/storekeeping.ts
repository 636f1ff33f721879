import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { FILE_NAME } from './store/database.ts'
import { StoreFailure } from './store/failure.ts'
import { openStore, type Store } from './store/store.ts'

/**
 * Opens the very store that config names, and none in its place: who looks after it wants to know what is wrong with
 * that one. Rejects with a `StoreFailure`.
 */
export async function withStore(config: Config, work: (store: Store) => Promise<void>): Promise<void> {
  const { database, dataDirectory: directory } = config
  if (!database && !(await stat(join(directory, FILE_NAME)).catch(() => null))) {
    throw new StoreFailure(
      `There is no store in ${directory} yet`,
      'perfbot makes it at its first report; or correct dataDirectory: in config/perfbot.yaml.',
    )
  }
  const store = await openStore(database ? { url: database, headDirectory: directory } : { directory })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}
