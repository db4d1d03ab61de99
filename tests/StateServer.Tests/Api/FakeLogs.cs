using System.Text;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Api.Model;
using StateServer.Domain.Identity;
using StateServer.Protos.Agent;

namespace StateServer.StateServer.Tests.Api;

/// <summary>An agent that keeps one text, told in pieces of a few bytes; past its end it fails as it is told to.</summary>
internal sealed class FakeLogs : IUnitLogs
{
    private const int Piece = 4;

    internal string Text { get; set; } = "";

    internal Queue<UnitLogException> Failures { get; } = new();

    internal List<(MachineId Machine, string Unit, long Offset)> Asked { get; } = [];

    public Task<LogChunk> AskAsync(MachineId machine, LogRequest question, CancellationToken cancellationToken)
    {
        Asked.Add((machine, $"{question.Service}/{question.Number}", question.Offset));
        byte[] all = Encoding.UTF8.GetBytes(Text);
        byte[] rest = all[(int)Math.Min(question.Offset, all.Length)..];
        return rest.Length == 0 && Failures.TryDequeue(out UnitLogException? failure)
            ? Task.FromException<LogChunk>(failure)
            : Task.FromResult(new LogChunk { Offset = question.Offset, Data = ByteString.CopyFrom(rest, 0, Math.Min(rest.Length, Piece)) });
    }

    internal static UnitLogException Gone(string line) => new(StatusCode.FailedPrecondition, line);
}
