// Names the pages of the API reference for their package and module, `store/CommandHandler`, and not for their path.
import { Converter, ReflectionKind } from "typedoc"

export const load = (app) => {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (reflection.kindOf(ReflectionKind.Module)) reflection.name = reflection.name.replace(/\/src\/(?:\w+\/)*/, "/")
  })
}
