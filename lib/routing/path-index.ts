import type { LinearRegex } from '@/lib/shared/regex/linear-regex'
import { compileLinearRegex } from '@/lib/shared/regex/linear-regex'
import {
  type ConditionTest,
  compileConditions,
  type MatchRequest,
  meetsConditions,
} from './request-match'
import { compareMatches, normalisePrefix, type RankedMatch } from './sort-matches'

/** A ranked match with its compiled tests. */
interface Candidate<Ranked extends RankedMatch> {
  readonly ranked: Ranked
  readonly conditions: ConditionTest
}

interface TrieNode<Ranked extends RankedMatch> {
  readonly children: Map<string, TrieNode<Ranked>>
  readonly candidates: Candidate<Ranked>[]
}

interface PatternCandidate<Ranked extends RankedMatch> extends Candidate<Ranked> {
  readonly regex: LinearRegex
}

/**
 * Finds the match of highest precedence for a path: one map lookup for exact paths, the regular expressions in order,
 * then one map lookup per path segment for prefixes, longest first.
 */
export class PathIndex<Ranked extends RankedMatch> {
  private readonly exact = new Map<string, Candidate<Ranked>[]>()
  private readonly patterns: PatternCandidate<Ranked>[] = []
  private readonly root: TrieNode<Ranked> = { children: new Map(), candidates: [] }

  /** Builds the index. Matches whose expressions do not compile are left out: they match nothing. */
  constructor(matches: readonly Ranked[]) {
    for (const ranked of [...matches].sort(compareMatches)) this.add(ranked)
  }

  /** The match that takes the request, or null. */
  find(request: MatchRequest): Ranked | null {
    const exact = this.exact.get(request.path)
    return (
      (exact === undefined ? null : firstOf(exact, request)) ??
      this.findPattern(request) ??
      findInTrie(this.root, request, 1)
    )
  }

  private findPattern(request: MatchRequest): Ranked | null {
    for (const candidate of this.patterns) {
      if (candidate.regex.matches(request.path) && meetsConditions(candidate.conditions, request)) {
        return candidate.ranked
      }
    }
    return null
  }

  private add(ranked: Ranked): void {
    const conditions = compileConditions(ranked.match)
    if (conditions === null) return
    const { type, value } = ranked.match.path
    if (type === 'RegularExpression') {
      const regex = compileLinearRegex(value)
      if (!('error' in regex)) this.patterns.push({ ranked, conditions, regex })
      return
    }
    append(type === 'Exact' ? this.exactBucket(value) : this.node(value).candidates, {
      ranked,
      conditions,
    })
  }

  private exactBucket(path: string): Candidate<Ranked>[] {
    const known = this.exact.get(path)
    if (known !== undefined) return known
    const bucket: Candidate<Ranked>[] = []
    this.exact.set(path, bucket)
    return bucket
  }

  private node(prefix: string): TrieNode<Ranked> {
    let node = this.root
    const normalised = normalisePrefix(prefix)
    if (normalised === '') return node
    for (const segment of normalised.slice(1).split('/')) {
      let child = node.children.get(segment)
      if (child === undefined) {
        child = { children: new Map(), candidates: [] }
        node.children.set(segment, child)
      }
      node = child
    }
    return node
  }
}

/** Candidates arrive in order of precedence; behind one without conditions nothing is ever reached. */
function append<Ranked extends RankedMatch>(
  bucket: Candidate<Ranked>[],
  candidate: Candidate<Ranked>,
): void {
  const last = bucket[bucket.length - 1]
  if (last?.conditions.unconditional !== true) bucket.push(candidate)
}

function firstOf<Ranked extends RankedMatch>(
  bucket: readonly Candidate<Ranked>[],
  request: MatchRequest,
): Ranked | null {
  for (const candidate of bucket) {
    if (meetsConditions(candidate.conditions, request)) return candidate.ranked
  }
  return null
}

/** Depth is bounded by the longest prefix in the trie, never by the request's path. */
function findInTrie<Ranked extends RankedMatch>(
  node: TrieNode<Ranked>,
  request: MatchRequest,
  start: number,
): Ranked | null {
  if (node.children.size > 0 && start <= request.path.length) {
    const slash = request.path.indexOf('/', start)
    const end = slash === -1 ? request.path.length : slash
    const child = node.children.get(request.path.slice(start, end))
    const deeper = child === undefined ? null : findInTrie(child, request, end + 1)
    if (deeper !== null) return deeper
  }
  return firstOf(node.candidates, request)
}
