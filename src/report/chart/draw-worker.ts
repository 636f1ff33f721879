import { parentPort, workerData } from 'node:worker_threads'
import { drawPng, drawSvg } from './draw.ts'
import type { Commission } from './draw-apart.ts'

// Typed by who starts it: draw-apart.ts, and nobody else.
const { charts, as } = workerData as Commission
parentPort?.postMessage(
  await Promise.all(charts.map((chart) => (as === 'png' ? drawPng(chart) : drawSvg(chart)))),
)
