import { createSecureContext, type SecureContext } from 'node:tls'
import type { ListenerEntry } from '@/lib/routing/route-table'

type Certificates = NonNullable<ListenerEntry['certificates']>

/** What becomes of a listener's certificates: a context to serve with, or a sentence that says why there is none. */
type Outcome =
  | { readonly context: SecureContext; readonly problem: '' }
  | { readonly context: null; readonly problem: string }

/** Secure contexts by the listeners' certificates. Contexts of earlier tables are kept for as long as they are used. */
export class SecureContexts {
  private known = new Map<string, Outcome>()

  /** Forgets what these listeners no longer use: connections made with it go on. */
  retain(listeners: readonly ListenerEntry[]): void {
    const used = new Map<string, Outcome>()
    for (const { protocol, certificates = [] } of listeners) {
      if (protocol === 'HTTPS') used.set(keyOf(certificates), this.outcome(certificates))
    }
    this.known = used
  }

  /** The context of a listener; null when its certificates can't be used. */
  contextOf({ certificates = [] }: ListenerEntry): SecureContext | null {
    return this.outcome(certificates).context
  }

  /** One sentence when the certificates can't be served with; empty when they can. Never holds any of their text. */
  problemOf({ certificates = [] }: ListenerEntry): string {
    return this.outcome(certificates).problem
  }

  private outcome(certificates: Certificates): Outcome {
    const key = keyOf(certificates)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const created = createContext(certificates)
    this.known.set(key, created)
    return created
  }
}

function keyOf(certificates: Certificates): string {
  return certificates.map((one) => `${one.certificate}\n${one.privateKey}`).join('\n')
}

function createContext(certificates: Certificates): Outcome {
  try {
    const context = createSecureContext({
      cert: certificates.map((one) => one.certificate),
      key: certificates.map((one) => one.privateKey),
      minVersion: 'TLSv1.2',
    })
    return { context, problem: '' }
  } catch (error) {
    const { code = '' } = error as { code?: string }
    const reason =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'tls.key does not belong to tls.crt'
        : `tls.crt or tls.key cannot be read${code === '' ? '' : ` (${code})`}`
    return { context: null, problem: `The certificate cannot be used: ${reason}.` }
  }
}
