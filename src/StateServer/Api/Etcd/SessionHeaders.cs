using System.Globalization;
using Grpc.Core;
using StateServer.Domain.Identity;
using static StateServer.Client.CallMetadata;

namespace StateServer.Api.Etcd;

/// <summary>Reads the request id that a client of ours sends in a write's metadata. Thread-safe.</summary>
internal static class SessionHeaders
{
    /// <summary>The request id, or null where the client sent none.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: some but not all were sent, or one is out of range.</exception>
    internal static RequestId? Read(IHeaderDictionary headers)
    {
        var present = (headers.ContainsKey(Session) ? 1 : 0)
            + (headers.ContainsKey(Sequence) ? 1 : 0)
            + (headers.ContainsKey(LowestUnanswered) ? 1 : 0);
        if (present == 0)
        {
            return null;
        }

        if (present < 3)
        {
            throw Bad($"{Session}, {Sequence} and {LowestUnanswered} go together: send all three or none");
        }

        var session = Number(headers, Session);
        var sequence = Number(headers, Sequence);
        var lowest = Number(headers, LowestUnanswered);
        return lowest <= sequence
            ? new RequestId(new SessionId(session), sequence, lowest)
            : throw Bad($"{LowestUnanswered} is {lowest}: it can't be above {Sequence}, {sequence}");
    }

    private static long Number(IHeaderDictionary headers, string name)
    {
        var text = headers[name].ToString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Bad($"{name} is '{text}': it must be a decimal number from 1 to {long.MaxValue}");
    }

    private static RpcException Bad(string message) =>
        FailureTranslation.Refused(new Status(StatusCode.InvalidArgument, $"stateserver: {message}"));
}
