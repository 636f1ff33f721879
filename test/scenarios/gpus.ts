import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeModel, type FakeResident, startFakeOllama } from '../support/ollama.ts'
import { scenariosOf } from './scenario.ts'
import { type Change, recordedGpus, recordedOf } from './stage/recorded-gpus.ts'
import type { Stage } from './stage.ts'

const RTX = 'rtx-3090-590.44.01.xml'
const P100 = 'tesla-p100-510.47.03.xml'
const FAKE_OLLAMA = 'an Ollama that is a fake and speaks its protocol'

const BUSY: readonly Change[] = [
  [/<gpu_util>0 %/, '<gpu_util>92 %'],
  [/<clocks_event_reason_sw_power_cap>Active/, '<clocks_event_reason_sw_power_cap>Not Active'],
  [/<current_link_gen>1/, '<current_link_gen>4'],
]

/** An Ollama with one model, of which so much lies in GPU memory. */
export async function ollamaWith(stage: Stage, resident: FakeResident[], models?: FakeModel[]) {
  const ollama = await startFakeOllama({ resident, ...(models && { models }) })
  stage.undo(() => ollama.close())
  return { url: ollama.url, configured: true }
}

const GIBIBYTE = 1024 ** 3
const WHOLE = 6_654_289_920

export const recordedSystems = scenariosOf('gpus', [
  {
    name: 'a GPU that falls off the bus under a model',
    recorded: `${recordedOf(RTX)}, then the words of a public bug report; ${FAKE_OLLAMA}`,
    async broken(stage) {
      const resident: FakeResident[] = [{ name: 'qwen3:8b', size_vram: WHOLE }]
      const { nvidiaSmi, say } = await recordedGpus(stage, RTX, BUSY)
      return {
        nvidiaSmi,
        ollama: [await ollamaWith(stage, resident)],
        async between() {
          await say('Unable to determine the device handle for GPU0000:09:00.0: Unknown Error\n')
          resident.splice(0, 1, { name: 'qwen3:8b', size_vram: 0 })
          // Its newest sample counts for so long.
          await sleep(20_500)
        },
      }
    },
    readings: 2,
    expects: { first: 'gpu-vanished', severity: 'critical', symptoms: ['model-off-gpu'] },
  },
  {
    name: 'a GPU whose memory lost data',
    recorded: recordedOf(P100),
    broken: (stage) =>
      recordedGpus(stage, P100, [
        [/(?<before><volatile>[\s\S]*?<double_bit>[\s\S]*?<total>)0/, '$<before>2'],
      ]),
    expects: {
      first: 'gpu-ecc',
      severity: 'high',
      maybe: ['gpu-memory-repair', 'gpu-pcie', 'gpu-pcie-replays'],
    },
  },
  {
    name: 'a GPU that slows down for heat',
    recorded: recordedOf(RTX),
    broken: (stage) =>
      recordedGpus(stage, RTX, [
        ...BUSY,
        [/<gpu_temp>32 C/, '<gpu_temp>96 C'],
        [
          /<clocks_event_reason_hw_thermal_slowdown>Not Active/,
          '<clocks_event_reason_hw_thermal_slowdown>Active',
        ],
      ]),
    apart: 150,
    expects: { first: 'gpu-thermal', severity: 'medium', says: /slows down for heat/ },
  },
  {
    name: 'a GPU whose supply brakes it',
    recorded: recordedOf(RTX),
    broken: (stage) =>
      recordedGpus(stage, RTX, [
        ...BUSY,
        [
          /<clocks_event_reason_hw_power_brake_slowdown>Not Active/,
          '<clocks_event_reason_hw_power_brake_slowdown>Active',
        ],
      ]),
    apart: 150,
    expects: { first: 'gpu-power-brake', severity: 'high' },
  },
  {
    name: 'a GPU that somebody held to half of its power and forgot',
    recorded: recordedOf(RTX),
    broken: (stage) =>
      recordedGpus(stage, RTX, [
        [/<gpu_util>0 %/, '<gpu_util>92 %'],
        [/<current_link_gen>1/, '<current_link_gen>4'],
        [/<current_power_limit>350.00 W/, '<current_power_limit>175.00 W'],
      ]),
    apart: 150,
    expects: { first: 'gpu-power-cap', severity: 'low' },
  },
  {
    name: 'a GPU whose memory is as good as full',
    recorded: recordedOf(RTX),
    broken: (stage) =>
      recordedGpus(stage, RTX, [
        ...BUSY,
        [/<used>7 MiB/, '<used>23900 MiB'],
        [/<free>24120 MiB/, '<free>226 MiB'],
      ]),
    expects: { first: 'vram-near-full', severity: 'medium' },
  },
  {
    name: 'a GPU in a slot with a quarter of its lanes',
    recorded: recordedOf(RTX),
    broken: (stage) =>
      recordedGpus(stage, RTX, [...BUSY, [/<current_link_width>16x/, '<current_link_width>4x']]),
    apart: 150,
    expects: { first: 'gpu-pcie', severity: 'medium' },
  },
  {
    name: 'a model that runs on the CPU beside a GPU',
    recorded: `${recordedOf(RTX)}; ${FAKE_OLLAMA}`,
    async broken(stage) {
      const { nvidiaSmi } = await recordedGpus(stage, RTX)
      return { nvidiaSmi, ollama: [await ollamaWith(stage, [{ name: 'qwen3:8b', size_vram: 0 }])] }
    },
    expects: { first: 'model-off-gpu', severity: 'high', symptoms: ['gpu-idle'] },
  },
  {
    name: 'a model of which a third did not fit into the GPU',
    recorded: `${recordedOf(RTX)}; ${FAKE_OLLAMA}`,
    async broken(stage) {
      const { nvidiaSmi } = await recordedGpus(stage, RTX, [...BUSY, [/<used>7 MiB/, '<used>22000 MiB']])
      const resident = [{ name: 'qwen3:8b', size_vram: 4 * GIBIBYTE, context_length: 32_768 }]
      return { nvidiaSmi, ollama: [await ollamaWith(stage, resident)] }
    },
    expects: { first: 'model-off-gpu', severity: 'medium' },
  },
  {
    name: 'a GPU that works, with its model in it',
    recorded: `${recordedOf(RTX)}; ${FAKE_OLLAMA}`,
    async broken(stage) {
      const { nvidiaSmi } = await recordedGpus(stage, RTX, [...BUSY, [/<used>7 MiB/, '<used>7100 MiB']])
      return { nvidiaSmi, ollama: [await ollamaWith(stage, [{ name: 'qwen3:8b', size_vram: WHOLE }])] }
    },
    expects: { first: null, never: ['gpu-idle', 'model-off-gpu'] },
  },
  {
    name: 'a GPU at night, with a model that is kept and a model file that nobody asks for',
    recorded: `${recordedOf(RTX)}; ${FAKE_OLLAMA}`,
    async broken(stage) {
      const { nvidiaSmi } = await recordedGpus(stage, RTX)
      return { nvidiaSmi, ollama: [await ollamaWith(stage, [{ name: 'qwen3:8b', size_vram: WHOLE }])] }
    },
    expects: { first: null, also: ['gpu-idle'] },
  },
])
