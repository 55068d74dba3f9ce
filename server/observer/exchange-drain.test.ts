import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { CapturedExchange } from '@/lib/comparison/exchange'
import { ExchangeDrain } from './exchange-drain'

const EXCHANGE = {
  id: '0-1',
  capturedAt: 1,
  route: 'default/r',
  generation: 1,
  rule: 0,
  ruleName: '',
  filterIndex: 0,
  kind: 'mirror',
  requestId: 'x',
  request: {},
  primary: {},
  mirror: {},
}

it('takes what gateways have captured, again and again, whatever they answer', async () => {
  const answers = [
    { status: 200, text: `${JSON.stringify(EXCHANGE)}\n{"id":1}\nno json\n\n` },
    { status: 503, text: 'starting' },
    { status: 200, text: '' },
    { status: 200, text: `${JSON.stringify({ ...EXCHANGE, id: '0-2' })}\n` },
  ]
  const asked: (string | undefined)[] = []
  const gateway = createServer((request, response) => {
    asked.push(request.url)
    const { status, text } = answers.shift() ?? { status: 200, text: '' }
    response.writeHead(status).end(text)
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const { port } = gateway.address() as AddressInfo
  const taken: CapturedExchange[] = []
  const warned: unknown[] = []
  let next: (() => void) | undefined
  const scheduled = () =>
    new Promise<void>((resolve) => {
      const look = () => (next === undefined ? setImmediate(look) : resolve())
      look()
    })
  const drain = new ExchangeDrain({
    urls: [`http://127.0.0.1:${port}/exchanges`, 'http://127.0.0.1:1/exchanges'],
    headersFor: () => ({}),
    intervalMs: 1_000,
    timers: {
      later: (_delay, task) => {
        next = task
        return () => undefined
      },
    },
    logger: { debug() {}, info() {}, warn: (_text, details) => warned.push(details), error() {} },
    add: (line) => {
      if (line.kind !== 'requests') taken.push(line)
    },
  })
  onTestFinished(async () => {
    await drain.stop()
    gateway.close()
  })
  drain.start()
  for (let round = 0; round < 4; round++) {
    await scheduled()
    const task = next
    next = undefined
    task?.()
  }
  await scheduled()
  expect(asked).toEqual(Array(4).fill('/exchanges'))
  expect(taken.map(({ id }) => id)).toEqual(['0-1', '0-2'])
  expect(drain.malformed).toBe(2)
  expect(warned).toEqual([{ lines: 2 }])
})
