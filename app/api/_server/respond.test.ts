import { expect, test } from 'vitest'
import { z } from 'zod'
import { readJson, respond } from './respond'

const schema = z.object({ name: z.string() })

function post(body: ReadableStream<Uint8Array> | string): Request {
  return new Request('http://x/api', { method: 'POST', body, duplex: 'half' } as RequestInit)
}

async function ask(request: Request, bytesMax = 100) {
  const answer = await respond(() => readJson(request, schema, bytesMax))
  return { status: answer.status, body: await answer.json() }
}

test('a body that fits is read, counted in bytes', async () => {
  const text = JSON.stringify({ name: 'ü'.repeat(10) })
  expect(await ask(post(text), 31)).toEqual({ status: 200, body: { name: 'ü'.repeat(10) } })
  expect((await ask(post(text), 30)).status).toBe(413)
})

test('an endless body is refused once it is over the limit, without the rest', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(64))
    },
  })
  expect(await ask(post(endless))).toMatchObject({ status: 413, body: { code: 'too-large' } })
  expect(pulled).toBeLessThan(5)
})

test.each(['', '{', 'null', '[]', '{"name":1}', '{"__proto__":{"name":"x"}}'])(
  'the body %j is refused as a bad request',
  async (text) => {
    expect(await ask(post(text))).toMatchObject({ status: 400, body: { code: 'bad-request' } })
  },
)
