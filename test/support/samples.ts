import type { Snapshot } from '../../src/model/snapshot.ts'
import {
  makeCache,
  makeContainer,
  makeDatabase,
  makeDisk,
  makeFilesystem,
  makeGpu,
  makeInterface,
  makeMachine,
  makeOllama,
  makeResidentModel,
  makeService,
  makeSnapshot,
  NOW,
} from './snapshot.ts'

/** Names as bad as names can be: all that the text format gives a meaning to. */
const WILD = 'a "b"\\n {c="d"},\n# HELP é 🦊 \\'

/** Something of everything, and what it takes to be mistaken: two engines that have the same names. */
export const fullSnapshot = (): Snapshot =>
  makeSnapshot({
    machine: makeMachine({
      filesystems: ['/', '/', WILD].map((mountPoint) =>
        makeFilesystem({ mountPoint, sizeBytes: 1e21 as never }),
      ),
      disks: [makeDisk(), makeDisk({ device: WILD })],
      network: [makeInterface(), makeInterface({ interface: WILD })],
      temperatures: [{ sensor: WILD, temperature: 40 as never, maximum: null, critical: null }],
    }),
    containers: [
      makeContainer({ engine: 'local', name: 'api' }),
      makeContainer({ engine: 'other', name: 'api' }),
      makeContainer({ engine: 'other', name: 'api', state: 'exited', usage: null, exitCode: 137 }),
      makeContainer({ name: WILD, image: WILD }),
    ],
    gpus: [makeGpu(), makeGpu({ index: 1, uuid: WILD })],
    databases: [makeDatabase()],
    caches: [makeCache(), makeCache({ name: WILD, errors: [{ error: WILD, count: 1, perSecond: null }] })],
    services: [makeService(), makeService({ name: WILD, connection: null, certificate: null, tail: null })],
    models: [
      makeOllama({
        resident: [makeResidentModel(), makeResidentModel(), makeResidentModel({ name: WILD })],
        probe: {
          outcome: 'answered',
          at: NOW,
          model: WILD,
          total: 1.5 as never,
          load: 0.001 as never,
          queued: 0.2 as never,
          promptTokens: 40,
          promptTokensPerSecond: null,
          generatedTokens: 32,
          generatedTokensPerSecond: 61.2 as never,
          wasResident: true,
        },
      }),
    ],
    collectors: [
      { collector: 'host', durationSeconds: 1.25 as never, succeeded: true },
      { collector: 'docker:local', durationSeconds: 0.1 as never, succeeded: false },
    ],
  })
