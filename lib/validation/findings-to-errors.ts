import type { FieldError, MessageForm } from '@/lib/validation/field-error'
import {
  childPath,
  invalidError,
  notSupportedError,
  requiredError,
  tooLongError,
  tooManyError,
  typeInvalidError,
} from '@/lib/validation/field-errors'
import type { Finding } from '@/lib/validation/validate-value'

/**
 * Findings as field errors below `root`, each text once. Findings about whole schemas (oneOf and the like) have no place of
 * their own and stay at the root, which prints as `<nil>` for the object itself.
 * Source: kubeOpenAPIResultToFieldErrors in k8s.io/apiextensions-apiserver/pkg/apiserver/validation.
 */
export function toFieldErrors(
  findings: readonly Finding[],
  root: string,
  form: MessageForm,
): FieldError[] {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const finding of findings) {
    if (seen.has(finding.message)) continue
    seen.add(finding.message)
    errors.push(toFieldError(finding, root, form))
  }
  return errors
}

function toFieldError(finding: Finding, root: string, form: MessageForm): FieldError {
  if (finding.check === 'schema') return invalidError(root, '', finding.message, form)
  const below = finding.path.replace(/^\./, '')
  const path = below === '' ? root : childPath(root, below)
  const bound = finding.bound ?? 0
  switch (finding.check) {
    case 'required':
      return requiredError(path)
    case 'enum': {
      const supported = (finding.supported ?? []).map((value) =>
        typeof value === 'string' ? value : JSON.stringify(value),
      )
      return notSupportedError(path, finding.value, supported, form)
    }
    case 'tooLong':
      return tooLongError(path, bound, form)
    case 'tooMany':
      return tooManyError(path, Number(finding.value), bound, form)
    case 'type':
      return typeInvalidError(path, String(finding.value), finding.message)
    default:
      return invalidError(path, finding.value, finding.message, form)
  }
}
