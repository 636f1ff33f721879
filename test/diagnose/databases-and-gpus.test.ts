import { describe, expect, it } from 'vitest'
import type { OllamaReading } from '../../src/model/ollama-reading.ts'
import { bytes, cores, ratio, seconds } from '../../src/model/units.ts'
import {
  GIBIBYTE,
  MEBIBYTE,
  makeContainer,
  makeDatabase,
  makeGpu,
  makeHistory,
  makeOllama,
  makeResidentModel,
  makeSetting,
} from '../support/snapshot.ts'
import { findingOf, foundBy, look } from './support.ts'

const stock = { ...makeSetting('shared_buffers', '16384', '8kB'), source: 'default' }
const withSetting = (setting: ReturnType<typeof makeSetting>) =>
  makeDatabase({
    settings: [...makeDatabase().settings.filter(({ name }) => name !== setting.name), setting],
  })

describe('PostgreSQL', () => {
  it('with 16384 pages of 8 kB has 128 MiB of shared_buffers, and that is said', () => {
    const finding = findingOf('pg-shared-buffers', { databases: [withSetting(stock)] })
    expect(finding.title).toBe('shared_buffers of main is 128 MiB with 32 GiB of memory')
    expect(finding.rootCause).toContain('stock default')
    expect(finding.fixes).toEqual([
      expect.objectContaining({
        command: 'postgres.set-parameter',
        parameters: { name: 'shared_buffers', value: '8192MB' },
      }),
    ])
  })

  it('in a container is judged by the container’s memory, not by the machine’s', () => {
    const container = makeContainer({
      name: 'postgres',
      image: 'postgres:18',
      addresses: ['172.18.0.3'],
      limits: { memoryBytes: bytes(512 * MEBIBYTE), memorySwapBytes: null, cpuCores: cores(1), pids: null },
    })
    const database = {
      ...withSetting(stock),
      address: { host: '172.18.0.3', port: 5432, database: 'app' },
      onThisHost: false,
    }
    expect(foundBy({ databases: [database], containers: [container] })).toEqual([])
  })

  it('with too much of a small memory is never told to set what it has', () => {
    const inContainer = (memory: number, pages: number) => {
      const container = makeContainer({
        name: 'postgres',
        image: 'postgres:18',
        addresses: ['172.18.0.3'],
        limits: { memoryBytes: bytes(memory * MEBIBYTE), memorySwapBytes: null, cpuCores: null, pids: null },
      })
      const setting = { ...stock, setting: String(pages) }
      const database = {
        ...withSetting(setting),
        address: { host: '172.18.0.3', port: 5432, database: 'app' },
      }
      return findingOf('pg-shared-buffers', { databases: [database], containers: [container] }).fixes[0]
    }
    expect(inContainer(256, 16_384)).toMatchObject({ parameters: { value: '64MB' } })
    expect(inContainer(200, 16_384)).toMatchObject({ parameters: { value: '48MB' } })
    expect(inContainer(32, 2048)).toMatchObject({ kind: 'manual' })
  })

  it('on another machine is not judged by the memory of this one', () => {
    const remote = { ...withSetting(stock), onThisHost: false }
    const { checks, findings } = look({ databases: [remote] })
    expect(findings).toEqual([])
    expect(checks.find((check) => check.rule === 'pg-shared-buffers')?.verdict).toBe('could-not-look')
  })

  it('counts its connections against what ordinary users may open', () => {
    const connections = (used: number) =>
      makeDatabase({
        connections: { used, active: 2, idle: used - 2, idleInTransaction: 0, maximum: 100, reserved: 3 },
      })
    expect(foundBy({ databases: [connections(60)] })).toEqual([])
    expect(findingOf('pg-connections', { databases: [connections(80)] }).severity).toBe('high')
    const full = findingOf('pg-connections', { databases: [connections(96)] })
    expect(full.severity).toBe('critical')
    expect(full.title).toBe('96 of 97 connections of main are taken')
  })

  it('has idle connections of a pool without complaint, idle transactions not', () => {
    const session = (idle: number, blockedSessions: number) =>
      makeDatabase({
        idleTransactions: [
          {
            pid: 812,
            userName: 'app',
            applicationName: 'checkout',
            databaseName: 'app',
            idleSeconds: seconds(idle),
            transactionSeconds: seconds(idle + 1),
            blockedSessions,
          },
        ],
      })
    expect(foundBy({ databases: [session(20, 0)] })).toEqual([])
    expect(findingOf('pg-idle-in-transaction', { databases: [session(400, 0)] }).severity).toBe('medium')
    const blocking = findingOf('pg-idle-in-transaction', { databases: [session(20, 3)] })
    expect(blocking.severity).toBe('critical')
    expect(blocking.impact).toContain('3 sessions wait')
  })

  it('has one finding for all sessions of one client, and the worst of them leads', () => {
    const session = (pid: number, idle: number, blockedSessions: number) => ({
      pid,
      userName: 'app',
      applicationName: 'checkout',
      databaseName: 'app',
      idleSeconds: seconds(idle),
      transactionSeconds: seconds(idle),
      blockedSessions,
    })
    // The first blocks another, but only for a moment; the last does nothing wrong.
    const idleTransactions = [session(1, 2, 9), session(2, 900, 0), session(3, 400, 2), session(4, 20, 0)]
    const { findings } = look({ databases: [makeDatabase({ idleTransactions })] })
    expect(findings.map(({ rule }) => rule)).toEqual(['pg-idle-in-transaction'])
    expect(findings[0]?.fixes[0]).toMatchObject({
      command: 'postgres.terminate-session',
      parameters: { pid: 3 },
    })
    expect(findings[0]?.evidence).toContainEqual(
      expect.objectContaining({ label: 'sessions of this kind', value: 2 }),
    )
  })

  it('with fsync off is in danger', () => {
    const finding = findingOf('pg-durability-off', { databases: [withSetting(makeSetting('fsync', 'off'))] })
    expect(finding.severity).toBe('critical')
  })

  it('that waits for a restart says for what', () => {
    const pending = { ...makeSetting('shared_buffers', String(8 * 1024 * 128), '8kB'), pendingRestart: true }
    expect(findingOf('pg-pending-restart', { databases: [withSetting(pending)] }).title).toContain(
      'shared_buffers',
    )
  })
})

const ollama = (vramBytes: number): OllamaReading =>
  makeOllama({ resident: [makeResidentModel({ vramBytes: bytes(vramBytes) })] })

describe('a GPU', () => {
  const idle = makeGpu({ utilisation: ratio(0) })

  it('that is idle is worth a word only where models are there to use it', () => {
    expect(foundBy({ gpus: [idle] })).toEqual([])
    expect(foundBy({ gpus: [idle], models: [ollama(6 * GIBIBYTE)] })).toEqual(['gpu-idle'])
  })

  it('idle in one reading proves little; idle in many is said louder', () => {
    const models = [ollama(6 * GIBIBYTE)]
    const once = findingOf('gpu-idle', { gpus: [idle], models })
    expect(once.severity).toBe('low')
    expect(once.rootCause).toContain('proves little')
    const always = findingOf(
      'gpu-idle',
      { gpus: [idle], models },
      makeHistory(20, () => ({ gpus: [idle], models })),
    )
    expect(always.severity).toBe('medium')
  })

  it('that is idle without a model is said to hold none', () => {
    const installed = { ...ollama(0), resident: [] }
    const finding = findingOf('gpu-idle', { gpus: [idle], models: [installed] })
    expect(finding.impact).toBe('It draws power without doing work.')
    expect(finding.rootCause).toBe('1 model is installed and is not loaded: nobody asks for it.')
    const onCpu = findingOf('gpu-idle', { gpus: [idle], models: [ollama(0)] })
    expect(onCpu.rootCause).toBe('1 model runs on the CPU instead.')
  })

  it('that worked a moment ago is not idle', () => {
    const models = [ollama(6 * GIBIBYTE)]
    const worked = makeHistory(5, (before) => ({ gpus: [before === 3 ? makeGpu() : idle], models }))
    expect(foundBy({ gpus: [idle], models }, worked)).toEqual([])
  })

  it('is missed by a model that runs on the CPU, or partly', () => {
    const busy = [makeGpu()]
    expect(foundBy({ gpus: busy, models: [ollama(6 * GIBIBYTE)] })).toEqual([])
    expect(findingOf('model-off-gpu', { gpus: busy, models: [ollama(0)] }).severity).toBe('high')
    expect(findingOf('model-off-gpu', { gpus: busy, models: [ollama(3 * GIBIBYTE)] }).title).toContain('50 %')
    expect(foundBy({ models: [ollama(0)] })).toEqual([])
  })
})
