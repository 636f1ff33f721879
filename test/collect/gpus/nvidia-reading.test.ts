import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNvidia } from '../../../src/collect/gpus/nvidia-reading.ts'
import { GpuReading } from '../../../src/model/gpu-reading.ts'
import { NOW } from '../../support/snapshot.ts'

const MEBIBYTE = 1024 ** 2

const fixture = (name: string) =>
  readFile(join(import.meta.dirname, '../fixtures/nvidia-smi', `${name}.xml`), 'utf8')

async function only(name: string, change = (xml: string) => xml) {
  const { gpus, faulty } = readNvidia(change(await fixture(name)), NOW)
  expect(gpus).toHaveLength(1)
  const reading = GpuReading.parse({ ...gpus[0]?.reading, processes: null })
  return { reading, faulty, listed: gpus[0]?.listed ?? [] }
}

describe('nvidia-smi', () => {
  it('of a Tesla P100 has errors by bit and retired pages', async () => {
    const { reading, faulty } = await only('tesla-p100-510.47.03')
    expect(faulty).toEqual([])
    expect(reading).toMatchObject({
      vendor: 'nvidia',
      index: 0,
      uuid: 'GPU-d3da8716-eaab-75db-efc1-60e88e1cd55e',
      pciAddress: '0000:00:04.0',
      name: 'Tesla P100-PCIE-16GB',
      driverVersion: '510.47.03',
      cudaVersion: '11.6',
      utilisation: 0,
      memoryUsedBytes: 0,
      memoryReservedBytes: 103 * MEBIBYTE,
      temperature: 38,
      slowdownTemperature: 82,
      shutdownTemperature: 85,
      fan: null,
      power: 26.16,
      powerLimit: 250,
      clocks: { graphics: 405e6, smMaximum: 1328e6, memory: 715e6 },
      throttleReasons: ['idle'],
      throttledSeconds: null,
      ecc: {
        enabled: true,
        volatile: { corrected: 0, uncorrected: 0 },
        aggregate: { corrected: 3, uncorrected: 0 },
      },
      retiredPages: { singleBit: 0, doubleBit: 0, pending: false },
      remappedRows: null,
      pcie: { generation: 3, generationMaximum: 3, width: 16, widthMaximum: 16, replays: 0 },
      persistenceMode: false,
      computeMode: 'Default',
      migMode: null,
      recoveryAction: null,
    })
  })

  it('of an A10G has remapped rows, and a link narrower than the card can do', async () => {
    const { reading } = await only('a10g-515.105.01')
    expect(reading.remappedRows).toEqual({ corrected: 0, uncorrected: 0, pending: false, failure: false })
    expect(reading.retiredPages).toBeNull()
    expect(reading.pcie).toMatchObject({ generation: 1, generationMaximum: 4, width: 8, widthMaximum: 16 })
  })

  it('of an A100 that is cut into instances states no utilisation, but the temperature of its memory', async () => {
    const { reading } = await only('a100-sxm4-80gb-mig-535.54.03')
    expect(reading).toMatchObject({
      migMode: true,
      utilisation: null,
      memoryUsedBytes: 50 * MEBIBYTE,
      memoryTemperature: 44,
      throttleReasons: [],
      powerLimit: 500,
      ecc: { enabled: true, volatile: { uncorrected: 0 } },
    })
  })

  it('of an L4 states how many degrees are left, from which the limits follow', async () => {
    const { reading } = await only('l4-555.42.06')
    expect(reading).toMatchObject({ temperature: 45, slowdownTemperature: 86, shutdownTemperature: 89 })
    expect(reading.ecc?.aggregate).toEqual({ corrected: 0, uncorrected: 0 })
  })

  it('of a GeForce leaves out what it lacks, and what the driver has deprecated', async () => {
    const { reading } = await only('rtx-3090-590.44.01')
    expect(reading).toMatchObject({
      ecc: null,
      retiredPages: null,
      remappedRows: null,
      memoryTemperature: null,
      fan: 0,
      power: 35.06,
      maximumPowerLimit: 480,
      throttleReasons: ['software-power-cap'],
      throttledSeconds: { softwarePowerCap: 9840.338777, hardwareThermalSlowdown: 0 },
    })
  })

  it('lists processes by their programs, never by their command lines', async () => {
    const { listed } = await only('rtx-4070-laptop-575.51.02')
    expect(listed.map(({ pid, name, kind }) => [pid, name, kind])).toEqual([
      [1802, 'Hyprland', 'graphics'],
      [1890, 'Xwayland', 'graphics'],
      [19044, 'chrome', 'graphics'],
    ])
  })

  it('is believed in its own words only, not in those of a process that writes tags into its name', async () => {
    const name = 'x</process_name></process_info></processes></gpu><gpu id="0"><uuid>GPU-false</uuid>'
    const { listed, reading } = await only('rtx-4070-laptop-575.51.02', (xml) =>
      xml.replace('>Xwayland<', `>${name}<product_name>Fake</product_name></gpu><`),
    )
    expect(listed).toHaveLength(3)
    expect(reading.uuid).toMatch(/^GPU-529b/)
  })

  it('that leaves a table of clocks unclosed is read all the same', async () => {
    const { reading } = await only('a10g-515.105.01', (xml) =>
      xml.replaceAll('<value>6251 MHz</value>', '</supported_mem_clock>\n<supported_mem_clock>\n6251 MHz'),
    )
    expect(reading.memoryTotalBytes).toBe(23_028 * MEBIBYTE)
  })

  it('of a GPU that requires a reset says so, and knows nothing else of it', async () => {
    const { reading, faulty } = await only('a10g-515.105.01', (xml) =>
      xml.replace(/>\d[^<]*(?:MiB|%|C|W|MHz)</g, '>GPU requires reset<'),
    )
    expect(faulty).toEqual([{ index: 0, pciAddress: '0000:00:1e.0', fault: 'GPU requires reset' }])
    expect(reading).toMatchObject({
      recoveryAction: 'Reset',
      utilisation: null,
      memoryUsedBytes: null,
      temperature: null,
      power: null,
    })
  })

  it('of a GPU that is lost names its place at least', async () => {
    const xml = (await fixture('a10g-515.105.01')).replace(
      /<(product_name|uuid|pci_bus_id)>[^<]*</g,
      '<$1>GPU is lost<',
    )
    expect(readNvidia(xml, NOW)).toEqual({
      gpus: [],
      faulty: [{ index: 0, pciAddress: '0000:00:1e.0', fault: 'GPU is lost' }],
    })
  })

  it('gives valid readings whatever is missing, cut off or garbled', async () => {
    const xml = await fixture('rtx-4070-laptop-575.51.02')
    fc.assert(
      fc.property(fc.nat(xml.length), fc.nat(400), fc.string({ maxLength: 40 }), (at, length, garbage) => {
        const { gpus } = readNvidia(xml.slice(0, at) + garbage + xml.slice(at + length), NOW)
        for (const { reading } of gpus) GpuReading.parse({ ...reading, processes: null })
      }),
    )
  })
})
