import { KINDS } from '@/lib/gateway-api/kinds'

/** `Pods and GatewayClasses`, of kinds by their plural names. */
export function kindsText(plurals: readonly string[]): string {
  return new Intl.ListFormat('en').format(plurals.map(kindText))
}

function kindText(plural: string): string {
  const kind = Object.values(KINDS).find((known) => known.plural === plural)?.kind ?? plural
  return kind.endsWith('s') ? `${kind}es` : `${kind}s`
}
