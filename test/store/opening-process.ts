import { StoreFailure } from '../../src/store/failure.ts'
import { openStore } from '../../src/store/store.ts'

/** Opens a store in each directory, and writes down how that failed. */
const failures: unknown[] = []
for (const directory of process.argv.slice(2)) {
  try {
    await (await openStore({ directory })).close()
    failures.push(null)
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error
    failures.push({ message: error.message, remedy: error.remedy })
  }
}
process.stdout.write(JSON.stringify(failures))
