using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

/// <summary>Histories by hand: each call gives times as small numbers.</summary>
internal sealed class HistoryBuilder
{
    private readonly List<Operation> _operations = [];

    public IReadOnlyList<Operation> Operations => _operations;

    public HistoryBuilder Read(int process, string? value, long call, long ret) =>
        Add(new Operation { Process = process, Kind = OperationKind.Read, Key = "x", Value = value, Call = call, Return = ret, Status = OperationStatus.Ok });

    public HistoryBuilder Write(int process, string value, long call, long ret, OperationStatus status = OperationStatus.Ok) =>
        Add(new Operation { Process = process, Kind = OperationKind.Write, Key = "x", Value = value, Call = call, Return = ret, Status = status });

    public HistoryBuilder Delete(int process, long call, long ret, OperationStatus status = OperationStatus.Ok) =>
        Add(new Operation { Process = process, Kind = OperationKind.Delete, Key = "x", Call = call, Return = ret, Status = status });

    public HistoryBuilder Cas(int process, string? expect, string value, bool? swapped, long call, long ret, OperationStatus status = OperationStatus.Ok) =>
        Add(new Operation { Process = process, Kind = OperationKind.Cas, Key = "x", Expect = expect, Value = value, Swapped = swapped, Call = call, Return = ret, Status = status });

    private HistoryBuilder Add(Operation operation)
    {
        _operations.Add(operation);
        return this;
    }
}
