import { openStore } from '../../src/store/store.ts'
import { describeStore } from './contract.ts'
import { makeDirectory } from './directory.ts'

describeStore('SQLite', async () => openStore({ directory: await makeDirectory() }))
