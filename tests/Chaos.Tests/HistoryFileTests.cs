using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Tests;

public sealed class HistoryFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Lines_have_the_form_that_other_checkers_read()
    {
        HistoryFile.Write(_file, new HistoryBuilder().Cas(0, "1", "2", true, 10, 20).Read(1, null, 5, 6).Delete(2, 30, 40, OperationStatus.Unknown).Operations);
        Assert.Equal(
            [
                """{"process":1,"op":"read","key":"x","value":null,"expect":null,"swapped":null,"call":5,"return":6,"status":"ok"}""",
                """{"process":0,"op":"cas","key":"x","value":"2","expect":"1","swapped":true,"call":10,"return":20,"status":"ok"}""",
                """{"process":2,"op":"delete","key":"x","value":null,"expect":null,"swapped":null,"call":30,"return":40,"status":"unknown"}""",
            ],
            File.ReadAllLines(_file));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        IReadOnlyList<Operation> written = new HistoryBuilder().Write(0, "1", 0, 1).Cas(1, null, "2", false, 2, 3).Write(1, "3", 4, 5, OperationStatus.Fail).Operations;
        HistoryFile.Write(_file, written);
        Assert.Equal(written, HistoryFile.Read(_file));
    }

    [Fact]
    public void Fields_that_mean_nothing_may_be_left_out()
    {
        File.WriteAllText(_file, """{"process":0,"op":"write","key":"x","value":"1","call":1,"return":2,"status":"fail"}""" + "\n");
        Assert.Equal(OperationStatus.Fail, Assert.Single(HistoryFile.Read(_file)).Status);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"process":0,"op":"steal","key":"x","call":1,"return":2,"status":"ok"}""")]
    [InlineData("""{"process":0,"op":"read","key":"x","status":"ok"}""")]
    public void A_broken_line_is_named(string line)
    {
        File.WriteAllText(_file, """{"process":0,"op":"read","key":"x","call":1,"return":2,"status":"ok"}""" + "\n" + line + "\n");
        Assert.StartsWith($"{_file}:2:", Assert.Throws<InvalidDataException>(() => HistoryFile.Read(_file)).Message, StringComparison.Ordinal);
    }
}
