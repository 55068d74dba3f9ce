/** `/retry/…` of the conformance image: a backend that fails a request some times before it answers. */
import { SIMULATED_RETRIES_MAX } from './limits'

/** How one attempt fails; null when it is answered like any other request. */
export type FailedAttempt =
  | { readonly kind: 'status'; readonly status: number; readonly delayText: string }
  | { readonly kind: 'reset'; readonly delayText: string }
  | { readonly kind: 'bad-request'; readonly message: string }

/** Counts attempts by the `uuid` of their query, the oldest forgotten at the limit. */
export class RetrySimulation {
  readonly #attempts = new Map<string, number>()

  /**
   * What an attempt meets: up to `succeedAfter` of them fail, with `responseCode` or else by a reset connection, each
   * after `delayRetry`. https://github.com/kubernetes-sigs/gateway-api-conformance-images
   */
  next(target: string): FailedAttempt | null {
    const query = target.indexOf('?')
    const parameters = new URLSearchParams(query < 0 ? '' : target.slice(query))
    const uuid = parameters.get('uuid') ?? ''
    if (uuid === '') return { kind: 'bad-request', message: 'uuid is required' }
    const succeedAfter = parameters.get('succeedAfter') ?? ''
    if (!/^[-+]?\d{1,9}$/.test(succeedAfter)) {
      return { kind: 'bad-request', message: 'succeedAfter is required' }
    }
    const attempts = this.#attempts.get(uuid) ?? 0
    if (attempts >= Number(succeedAfter)) return null
    this.#count(uuid, attempts + 1)
    const delayText = parameters.get('delayRetry') ?? ''
    const status = Number(/^[2-5]\d\d$/.exec(parameters.get('responseCode') ?? '')?.[0])
    return status > 0 ? { kind: 'status', status, delayText } : { kind: 'reset', delayText }
  }

  #count(uuid: string, attempts: number): void {
    this.#attempts.delete(uuid)
    if (this.#attempts.size >= SIMULATED_RETRIES_MAX) {
      const [oldest] = this.#attempts.keys()
      if (oldest !== undefined) this.#attempts.delete(oldest)
    }
    this.#attempts.set(uuid, attempts)
  }
}
