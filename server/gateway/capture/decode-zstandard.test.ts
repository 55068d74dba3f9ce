import { describe, expect, it } from 'vitest'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'
import { decodeZstandard } from './decode-zstandard'

/** Frames made by the reference implementation, 1.5.4. */
const SMALL = 'KLUv/QRYOQAAeyJ6IjoxfexTK78='
const EMPTY = 'KLUv/SQAAQAAmenYUQ=='
const ZEROS = {
  declared: 'KLUv/aTgkwQATAAACAABAPz/ORACAgAQAAOfBAAtKN4m',
  streamed: 'KLUv/QRYVAAAEAAAAQD7/znAAgIAEAADnwQALSjeJg==',
}
const ZEROS_LENGTH = 300_000

const decode = (frame: string | Buffer, maxOutputLength = 1_000_000) =>
  decodeZstandard(typeof frame === 'string' ? Buffer.from(frame, 'base64') : frame, {
    maxOutputLength,
  })

describe('Zstandard where Node has none', () => {
  it('reads what the reference implementation wrote, in one frame or several', async () => {
    expect(String(await decode(SMALL))).toBe('{"z":1}')
    expect(await decode(EMPTY)).toHaveLength(0)
    const frame = Buffer.from(SMALL, 'base64')
    expect(String(await decode(Buffer.concat([frame, frame])))).toBe('{"z":1}{"z":1}')
    for (const frame of Object.values(ZEROS)) {
      expect((await decode(frame)).equals(Buffer.alloc(ZEROS_LENGTH))).toBe(true)
    }
  })

  it.each(Object.entries(ZEROS))('stops at its limit, the length being %s', async (_, frame) => {
    await expect(decode(frame, ZEROS_LENGTH - 1)).rejects.toThrow(RangeError)
    expect(await decode(frame, ZEROS_LENGTH)).toHaveLength(ZEROS_LENGTH)
  })

  it('refuses what is not Zstandard, is cut short, or fails its checksum', async () => {
    const frame = Buffer.from(ZEROS.declared, 'base64')
    const damaged = Buffer.from(frame)
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1)
    for (const bytes of [
      Buffer.from('no zstd at all'),
      Buffer.alloc(0),
      frame.subarray(0, 20),
      damaged,
    ]) {
      const error = await decode(bytes).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(RangeError)
    }
  })

  it('answers or rejects whatever the bytes, and reads on afterwards', async () => {
    const random = seededRandom(11)
    for (let run = 0; run < 3_000; run++) {
      const bytes = Buffer.from(run % 2 === 0 ? ZEROS.declared : SMALL, 'base64')
      for (let change = 0; change < 3; change++) {
        bytes.writeUInt8(Math.floor(random() * 256), Math.floor(random() * bytes.length))
      }
      const decoded = await decode(bytes, 4_096).catch(() => Buffer.alloc(0))
      expect(decoded.length).toBeLessThanOrEqual(4_096)
    }
    expect(String(await decode(SMALL))).toBe('{"z":1}')
  })
})
