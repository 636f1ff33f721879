import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Chart } from './chart.ts'

/** What the thread is asked to draw. */
export type Commission = { readonly charts: readonly Chart[]; readonly as: 'png' | 'svg' }

/**
 * Charts drawn in a thread of their own: laying out and rasterising take some tenths of a second, in which a bot could
 * acknowledge nothing. Rejects with what went wrong in there.
 */
async function drawApart<Picture>(commission: Commission): Promise<Picture[]> {
  const worker = new Worker(new URL('./draw-worker.ts', import.meta.url), { workerData: commission })
  try {
    const [pictures] = await once(worker, 'message')
    return pictures as Picture[]
  } finally {
    await worker.terminate()
  }
}

export const drawPngApart = async (chart: Chart): Promise<Uint8Array> =>
  (await drawApart<Uint8Array>({ charts: [chart], as: 'png' }))[0] as Uint8Array

export const drawSvgsApart = (charts: readonly Chart[]): Promise<string[]> => drawApart({ charts, as: 'svg' })
