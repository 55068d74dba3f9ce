'use client'

import {
  type AccessAnswer,
  type AccessQuestion,
  READ_ONLY_REASON,
} from '@/lib/dashboard-api/access'
import { API } from '@/lib/dashboard-api/paths'
import { getJson } from './dashboard-client'
import { useCluster } from './queries'
import { useCachedQuery } from './use-cached-query'

/** Rights change seldom; who has just been given one looks again within this. */
const FRESH_MS = 30_000
/** Questions of one change that are asked; the server decides on all of them when it is made. */
const QUESTIONS_MAX = 10

/** Why nothing may be changed from this dashboard; undefined where that is not so. */
export function useReadOnlyReason(): string | undefined {
  return useCluster().data?.readOnly === true ? READ_ONLY_REASON : undefined
}

async function firstDenial(
  questions: readonly AccessQuestion[],
  signal: AbortSignal,
): Promise<string> {
  const answers = await Promise.all(
    questions.map((question) =>
      getJson<AccessAnswer>(`${API.access}?${new URLSearchParams({ ...question })}`, signal),
    ),
  )
  return answers.find(({ allowed }) => !allowed)?.reason ?? ''
}

/**
 * Why the person may not make a change, in a sentence: the dashboard is read-only, or the first of these rights is missing.
 * Undefined where they may, and while that is not known: the API server has the last word either way.
 */
export function useDenial(questions: readonly AccessQuestion[]): string | undefined {
  const readOnly = useReadOnlyReason()
  const asked = questions.slice(0, QUESTIONS_MAX)
  const { data } = useCachedQuery<string>({
    queryKey: ['access', asked],
    queryFn: ({ signal }) => firstDenial(asked, signal),
    enabled: asked.length > 0 && readOnly === undefined,
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  })
  return readOnly ?? (data === '' ? undefined : data)
}

/** What an apply of an object asks for; of one that is to be created, also that. */
export function applyQuestions(
  { apiVersion, kind, namespace, name }: Omit<AccessQuestion, 'verb'>,
  isNew: boolean,
): readonly AccessQuestion[] {
  const object = { apiVersion, kind, namespace, name }
  const patch: AccessQuestion = { verb: 'patch', ...object }
  return isNew ? [patch, { verb: 'create', ...object }] : [patch]
}
