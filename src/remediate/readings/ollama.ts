import { z } from 'zod'
import type { Look } from '../look.ts'
import { live } from './live.ts'
import { number, type Reading, text } from './reading.ts'

const Running = z.object({
  models: z
    .array(
      z.object({ name: z.string(), size_vram: z.number().default(0), expires_at: z.string().optional() }),
    )
    .nullable(),
})
const Installed = z.object({ models: z.array(z.object({ name: z.string() })).nullable() })

/** `qwen3` means `qwen3:latest`. */
const fullName = (model: unknown): string => (String(model).includes(':') ? String(model) : `${model}:latest`)

async function running(look: Look, model: unknown) {
  const { models } = Running.parse(await look.ollama('/api/ps'))
  return (models ?? []).find(({ name }) => name === fullName(model))
}

/** Ollama writes a time in the far future for a model that stays. */
const FOR_EVER_YEARS = 10

export const OLLAMA_READINGS: readonly Reading[] = [
  live('ollama.model', 'ollama', {
    needs: ['model'],
    unit: 'text',
    label: 'state of {model}',
    source: 'GET /api/ps',
    look: async (look, { model }) => text((await running(look, model)) ? 'loaded' : 'not loaded'),
  }),
  live('ollama.model-installed', 'ollama', {
    needs: ['model'],
    unit: 'text',
    label: 'presence of {model}',
    source: 'GET /api/tags',
    look: async (look, { model }) => {
      const { models } = Installed.parse(await look.ollama('/api/tags'))
      return text((models ?? []).some(({ name }) => name === fullName(model)) ? 'installed' : 'missing')
    },
  }),
  live('ollama.model-vram', 'ollama', {
    needs: ['model'],
    unit: 'bytes',
    label: 'GPU memory of {model}',
    source: 'GET /api/ps size_vram',
    look: async (look, { model }) => {
      const found = await running(look, model)
      return found ? number(found.size_vram, 'bytes') : null
    },
  }),
  live('ollama.model-stays', 'ollama', {
    needs: ['model'],
    unit: 'text',
    label: 'how long {model} stays loaded',
    source: 'GET /api/ps expires_at',
    look: async (look, { model }) => {
      const found = await running(look, model)
      if (!found) return text('not loaded')
      const expires = found.expires_at === undefined ? Number.NaN : Date.parse(found.expires_at)
      const years = (expires - Date.parse(look.now())) / (365 * 86_400_000)
      return text(years > FOR_EVER_YEARS ? 'for good' : 'for a while')
    },
  }),
]
