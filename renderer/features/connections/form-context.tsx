import { createContext, use, type ReactNode } from 'react'
import type { ProfileForm } from './use-profile-form.ts'

const FormContext = createContext<ProfileForm | undefined>(undefined)

export function FormProvider({ form, children }: { form: ProfileForm; children: ReactNode }) {
  return <FormContext value={form}>{children}</FormContext>
}

/** The form that the fields below belong to. */
export function useForm(): ProfileForm {
  const form = use(FormContext)
  if (form === undefined) throw new Error('useForm needs a FormProvider above it.')
  return form
}
