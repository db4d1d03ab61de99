using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A member's wall clock, moved by libfaketime; its monotonic clock is left alone.</summary>
internal static class FakeClock
{
    private static readonly string? Library = new[]
    {
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/faketime/libfaketimeMT.so.1",
        "/usr/lib64/faketime/libfaketimeMT.so.1",
    }.FirstOrDefault(File.Exists);

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = Library is null ? "libfaketime is not installed" : null;

    /// <summary>Gives the member's next process a clock that follows <see cref="Set"/>.</summary>
    public static void Fit(MemberProcess member)
    {
        Directory.CreateDirectory(member.Folder);
        Set(member, TimeSpan.Zero);
        member.HasFakeClock = true;
        member.ExtraEnvironment["LD_PRELOAD"] = Library ?? throw new InvalidOperationException(Unavailable);
        member.ExtraEnvironment["FAKETIME_TIMESTAMP_FILE"] = OffsetFile(member);
        member.ExtraEnvironment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        member.ExtraEnvironment["DONT_FAKE_MONOTONIC"] = "1";
        member.ExtraEnvironment["FAKETIME_CACHE_DURATION"] = "1";
    }

    /// <summary>Moves the member's clock by an offset from the true time, within a second or two.</summary>
    public static void Set(MemberProcess member, TimeSpan offset) =>
        File.WriteAllText(OffsetFile(member), string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));

    /// <summary>The offset last set.</summary>
    public static TimeSpan Offset(MemberProcess member) =>
        TimeSpan.FromSeconds(double.Parse(File.ReadAllText(OffsetFile(member)), CultureInfo.InvariantCulture));

    private static string OffsetFile(MemberProcess member) => Path.Combine(member.Folder, "clock-offset");
}
