import { DeciderSuite, Spec } from "@refold/laws"
import * as fc from "fast-check"
import { describe, it } from "vitest"
import * as User from "../src/User.ts"

const user = Spec.for(User.decider)
const registered = User.UserRegistered.make({ name: "Ada" })
const welcomed = User.UserWelcomed.make({})

describe("a user", () => {
  it("is registered once", () => {
    user.when({ _tag: "RegisterUser", name: "Ada" }).then([registered])
    user.given([registered]).when({ _tag: "RegisterUser", name: "Ada" })
      .thenRefused({ _tag: "UserAlreadyRegistered" })
  })

  it("is welcomed once, after registration", () => {
    user.when({ _tag: "WelcomeUser" }).thenRefused({ _tag: "UserNotRegistered" })
    user.given([registered]).when({ _tag: "WelcomeUser" }).then([welcomed])
    user.given([registered, welcomed]).when({ _tag: "WelcomeUser" }).thenNothing()
  })
})

const commands: fc.Arbitrary<User.Command> = fc.constantFrom(
  { _tag: "RegisterUser", name: "Ada" },
  { _tag: "WelcomeUser" }
)

DeciderSuite.suite("the decider of users", User.decider, { commands, codec: User.codec })
