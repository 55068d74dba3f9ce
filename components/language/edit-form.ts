/** Edits of the form → the text with them and its form then. Pure, but for the last text it remembers. */
import { editManifest } from '@/lib/manifest/edit/edit-manifest'
import { parseOnce } from './parse-once'
import { readForm } from './route-form'
import type { FormEdited, Question } from './validation-messages'

export type EditQuestion = Extract<Question, { readonly type: 'edit-form' }>

export function editForm({
  text,
  defaultNamespace,
  documentIndex,
  edits,
}: Omit<EditQuestion, 'type'>): FormEdited {
  const result = editManifest(text, documentIndex, edits, parseOnce)
  return result.ok ? { ...result, form: readForm(result.text, defaultNamespace) } : result
}
