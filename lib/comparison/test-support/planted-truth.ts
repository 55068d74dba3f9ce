/** Exchanges of a made-up shop whose differences are known, from a seed. */
import type { CapturedAnswer, CapturedExchange } from '@/lib/comparison/exchange'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'

export interface Planted {
  /** Share of the mirror's answers with another price of the first item. */
  readonly changedField?: number
  readonly reorderedList?: boolean
  readonly newHeader?: boolean
  readonly slowerMs?: number
  /** Share of the mirror's answers that are 500. */
  readonly errors?: number
  /** Share of either side's answers that are 500, by chance: noise. */
  readonly flaky?: number
}

const NOON = 1_795_600_000_000
const ITEMS = ['apple', 'pear', 'plum', 'fig']
const TAGS = ['new', 'sale', 'gift', 'eco', 'last']

/** Makes one exchange after the other. Noise: ids, times, a counter, a measured number, a list in random order. */
export function plantedTruth(seed: number, planted: Planted) {
  const random = seededRandom(seed)
  let sequence = 0
  let served = 0
  const id = () =>
    Array.from({ length: 24 }, () => 'abcdef0123456789'[Math.floor(random() * 16)]).join('')
  const latency = () => 8 - 4 * Math.log(1 - random())

  const answer = (backend: string, order: number, mirror: Planted): CapturedAnswer => {
    const totalMs = latency() + (mirror.slowerMs ?? 0)
    const now = NOON + sequence * 10 + totalMs
    served += 1
    if (random() < (mirror.errors ?? 0) + (planted.flaky ?? 0)) {
      const body = { kind: 'text', text: 'boom', bytes: 4 } as const
      return {
        outcome: 'answered',
        backend,
        status: 500,
        headers: [],
        body,
        firstByteMs: 1,
        totalMs,
      }
    }
    const prices = ITEMS.map((_, index) => ((order * 7 + index * 13) % 900) + 99)
    if (random() < (mirror.changedField ?? 0)) prices[0] = (prices[0] ?? 0) + 1
    const items = ITEMS.map((name, index) => ({ sku: name, price: prices[index], stamp: id() }))
    const shipping = ['post', 'courier', 'pickup']
    const value = {
      orderId: `order-${order % 1000}`,
      requestId: id(),
      servedAt: new Date(now).toISOString(),
      serial: served,
      tookMs: random() * 20,
      total: prices.reduce((sum, price) => sum + price, 0) > 0 ? 'paid' : 'open',
      items,
      shipping: mirror.reorderedList ? shipping.toReversed() : shipping,
      tags: TAGS.map((tag) => ({ tag, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ tag }) => tag),
    }
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ['date', new Date(now).toUTCString()],
      ['x-trace', id()],
    ]
    if (mirror.newHeader) headers.push(['x-cache', 'miss'])
    const body = { kind: 'json', value, bytes: 900 } as const
    return { outcome: 'answered', backend, status: 200, headers, body, firstByteMs: 1, totalMs }
  }

  return (kind: CapturedExchange['kind']): CapturedExchange => {
    sequence += 1
    const order = Math.floor(random() * 100_000)
    const isMirror = kind === 'mirror'
    return {
      id: `0-${sequence}`,
      capturedAt: NOON + sequence * 10,
      route: 'shop/orders',
      generation: 1,
      rule: 0,
      ruleName: '',
      filterIndex: isMirror ? 0 : -1,
      kind,
      requestId: `r${sequence}`,
      request: {
        method: 'GET',
        host: 'shop.example',
        path: `/${['orders', 'carts', 'invoices'][order % 3]}/${order}?v=1`,
        headers: [],
        body: { kind: 'none' },
      },
      primary: answer('shop/orders:80', order, {}),
      mirror: answer(
        isMirror ? 'shop/orders-next:80' : 'shop/orders:80',
        order,
        isMirror ? planted : {},
      ),
    }
  }
}
