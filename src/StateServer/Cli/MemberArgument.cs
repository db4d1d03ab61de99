using System.CommandLine;

namespace StateServer.Cli;

/// <summary>The state server that a verb is about.</summary>
internal static class MemberArgument
{
    /// <summary>Makes the argument.</summary>
    /// <param name="isOptional">Whether it may be left out.</param>
    public static Argument<string> Make(bool isOptional = false) => new("member")
    {
        Description = isOptional
            ? "Its name, its machine's number or its id. Default: the one that has most of the log."
            : "Its name, its machine's number or its id.",
        Arity = isOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
    };
}
