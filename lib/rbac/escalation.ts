/** Handing out rights: nobody may grant what they do not have. In kube-apiserver's words. */
import { goQuote } from '@/lib/validation/go-text'
import { uncovered } from './covers'
import type { PolicyRule, UserInfo } from './policy'

/** Why somebody may not hand out rules, having others; undefined when they may. `problems` are roles that could not be read. */
export function escalationProblem(
  user: UserInfo,
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
  problems = '',
): string | undefined {
  const missing = uncovered(owned, wanted)
  if (missing.length === 0) return undefined
  const described = [...new Set(compact(missing).map(describeRule))].sort()
  const who = `user ${goQuote(user.name)} (groups=${quotedList(user.groups)})`
  const unread = problems === '' ? '' : `; resolution errors: [${problems}]`
  return `${who} is attempting to grant RBAC permissions not currently held:\n${described.join('\n')}${unread}`
}

/** Rules of one resource each, those that differ by their verb alone made one. */
function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const byResource = new Map<string, PolicyRule>()
  for (const rule of rules) {
    const key = JSON.stringify([
      rule.apiGroups,
      rule.resources,
      rule.resourceNames,
      rule.nonResourceURLs,
      ...(rule.nonResourceURLs ? rule.verbs : []),
    ])
    const known = byResource.get(key)
    byResource.set(key, { ...rule, verbs: [...(known?.verbs ?? []), ...rule.verbs] })
  }
  return [...byResource.values()]
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}` */
function describeRule(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  const said = parts.flatMap(([name, list]) =>
    list !== undefined && list.length > 0 ? `${name}:${quotedList(list)}` : [],
  )
  return `{${said.join(', ')}}`
}

function quotedList(list: readonly string[]): string {
  return `[${list.map(goQuote).join(' ')}]`
}
