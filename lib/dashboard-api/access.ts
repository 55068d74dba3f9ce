/** GET /api/access?verb=patch&apiVersion=…&kind=HTTPRoute&namespace=shop&name=web: whether the dashboard's user may do that. */
import { z } from 'zod'

export const accessQuestion = z.object({
  verb: z.enum(['patch', 'create', 'delete']),
  apiVersion: z.string().min(1).max(300),
  kind: z.string().min(1).max(100),
  /** Empty for an object of the whole cluster. */
  namespace: z.string().max(253).default(''),
  /** Empty asks for any object. */
  name: z.string().max(253).default(''),
})
export type AccessQuestion = z.infer<typeof accessQuestion>

export interface AccessAnswer {
  /** True also where the server could not say: then its answer to the change itself decides. */
  readonly allowed: boolean
  /** Who may give the right, and which one, in a sentence; empty when allowed. */
  readonly reason: string
}

/** Why nothing may be changed from this dashboard at all. */
export const READ_ONLY_REASON =
  'This dashboard is read-only: MIRRORBOARD_READ_ONLY is set where it was started.'

interface Denial {
  readonly verb: string
  readonly group: string
  readonly plural: string
  readonly namespace: string
  /** The server's own words, often empty. */
  readonly reason: string
}

/** `You may not patch httproutes in namespace shop; ask for …`: what is missing, as a Role would spell it. */
export function denialText({ verb, group, plural, namespace, reason }: Denial): string {
  const where = namespace === '' ? '' : ` in namespace ${namespace}`
  const role = namespace === '' ? 'ClusterRole' : 'Role there'
  const of = group === '' ? 'of the core API group' : `of API group ${group}`
  const said = reason === '' ? '' : ` The server says: ${reason.replace(/\.?$/, '.')}`
  const verbs = verb.includes(' ') ? `verbs ${verb}` : `verb ${verb}`
  const administrator = namespace === '' ? 'the cluster’s administrator' : 'its administrator'
  return `You may not ${verb} ${plural}${where}; ask ${administrator} for a ${role} with the ${verbs} on ${plural} ${of}.${said}`
}
