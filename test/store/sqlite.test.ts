import { openStore } from '../../src/store/store.ts'
import { describeStore } from './contract.ts'
import { makeDirectory } from './directory.ts'
import { describeHistory } from './history-contract.ts'

const open = async () => openStore({ directory: await makeDirectory() })

describeStore('SQLite', open)
describeHistory('SQLite', open)
