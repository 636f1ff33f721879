import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logDecoder } from '../../../src/collect/containers/log-stream.ts'

const AT = '2026-11-24T11:15:40.790292361Z'

const frame = (stream: 1 | 2, text: string | Buffer) => {
  const message = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeUInt8(stream)
  header.writeUInt32BE(message.length, 4)
  return Buffer.concat([header, message])
}

const decode = (chunks: readonly Buffer[], tty = false) => {
  const decoder = logDecoder(tty)
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]
}
const textsOf = (chunks: readonly Buffer[], tty = false) =>
  decode(chunks, tty).map(({ stream, text }) => `${stream} ${text}`)

describe('the body of a log', () => {
  it('is lines of two streams, each with the time at which the engine took it', () => {
    const body = Buffer.concat([
      frame(2, `${AT} \u001b[31mfailed\u001b[0m\r\n`),
      frame(1, `${AT} up\n`),
      frame(1, `${AT} \n`),
    ])
    expect(textsOf([body])).toEqual(['stderr failed', 'stdout up', 'stdout '])
    expect(decode([body])[1]).toMatchObject({ stamp: AT, ms: Date.parse(AT), bytes: 3 })
  })

  it('joins the messages of a long line, without the times between them', () => {
    const long = ['a'.repeat(3000), 'b'.repeat(3000), 'end']
    const body = Buffer.concat([
      frame(1, `${AT} ${long[0]}`),
      frame(2, `${AT} meanwhile\n`),
      frame(1, `${AT} ${long[1]}`),
      frame(1, `${AT} ${long[2]}\n`),
    ])
    expect(textsOf([body])).toEqual(['stderr meanwhile', `stdout ${long.join('')}`])
  })

  it('is plain text with a terminal, and where the engine has sent no frames', () => {
    const body = Buffer.from(`${AT} a\r\n${AT} b\r\n`)
    expect(textsOf([body], true)).toEqual(['stdout a', 'stdout b'])
    expect(textsOf([body], false)).toEqual(['stdout a', 'stdout b'])
  })

  it('holds no more of an endless line than it keeps, and counts all of it', () => {
    const [line] = decode(Array.from({ length: 64 }, () => frame(1, Buffer.alloc(16_384, 'x'))))
    expect(line?.text.length).toBeLessThan(10_000)
    expect(line?.bytes).toBeGreaterThan(1024 * 1024)
  })

  it('is the same wherever it is cut, binary lines included', () => {
    const message = fc
      .tuple(fc.constantFrom(1 as const, 2 as const), fc.uint8Array({ maxLength: 80 }), fc.boolean())
      .map(([stream, bytes, ends]) =>
        frame(
          stream,
          Buffer.concat([Buffer.from(`${AT} `), Buffer.from(bytes), Buffer.from(ends ? '\n' : '')]),
        ),
      )
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (frames, sizes) => {
          const body = Buffer.concat(frames)
          const chunks: Buffer[] = []
          for (let start = 0, turn = 0; start < body.length; turn++) {
            const size = sizes[turn % sizes.length] as number
            chunks.push(body.subarray(start, start + size))
            start += size
          }
          expect(decode(chunks)).toEqual(decode([body]))
        },
      ),
    )
  })

  it('never fails on what is no stream of frames at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (body, tty) => {
        decode([Buffer.from(body)], tty)
      }),
    )
  })
})
