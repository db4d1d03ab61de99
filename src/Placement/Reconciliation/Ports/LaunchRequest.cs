using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>One launch attempt, as it is asked of a provider. Its committed record stands in the log before it is asked.</summary>
/// <param name="Tags">Whose the instance will be, the machine among it.</param>
/// <param name="Attempt">The attempt's number for this machine, from 1 on.</param>
/// <param name="Zone">Where; the provider never chooses another.</param>
/// <param name="Series">The operating system's series.</param>
/// <param name="Image">The image; null where the provider finds one for the series.</param>
/// <param name="Constraints">What the machine must offer; its zones were considered already.</param>
/// <param name="UserData">What the instance is given at its start; at most <see cref="MostUserDataBytes"/>.</param>
public sealed record LaunchRequest(
    InstanceTags Tags,
    int Attempt,
    Zone Zone,
    string Series,
    string? Image,
    Constraints Constraints,
    ImmutableArray<byte> UserData)
{
    /// <summary>16 KiB: what EC2 takes, the least of all clouds (RunInstances, UserData, before base64).</summary>
    public const int MostUserDataBytes = 16 * 1024;

    /// <summary>
    /// The idempotency token, machine/number: one token, one instance, however often it is asked for. It is unique within the
    /// environment's incarnation; a provider whose account serves several adds those.
    /// </summary>
    public string Token => string.Create(CultureInfo.InvariantCulture, $"{Tags.Machine}/{Attempt}");

    /// <summary>SHA-256, hexadecimal, of the whole request: a repeated one must be the same byte for byte.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Number(hash, (long)Tags.Environment.Value);
        Number(hash, Tags.Incarnation);
        Number(hash, Tags.Machine.Value);
        Number(hash, (long)Tags.Role);
        Number(hash, Attempt);
        Text(hash, Zone.Name);
        Text(hash, Series);
        Text(hash, Image);
        Text(hash, Constraints.Arch);
        Number(hash, Constraints.CpuCores ?? -1);
        Number(hash, Constraints.CpuPower ?? -1);
        Number(hash, Constraints.MemoryMiB ?? -1);
        Number(hash, Constraints.RootDiskMiB ?? -1);
        Text(hash, Constraints.InstanceType);
        Texts(hash, Constraints.Tags);
        Texts(hash, [.. Constraints.Zones.Select(z => z.Name)]);
        Number(hash, UserData.Length);
        hash.AppendData(UserData.AsSpan());
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Null, or in one line what no provider would take.</summary>
    public string? Refusal() =>
        Tags.Environment.IsNone ? "the launch names no environment"
        : Tags.Incarnation < 1 ? $"incarnation {Tags.Incarnation} is none; the first is 1"
        : Tags.Machine.Value < 0 ? $"machine {Tags.Machine} is none; the first is 0"
        : !Enum.IsDefined(Tags.Role) ? $"role {(int)Tags.Role} is none"
        : Attempt < 1 ? $"attempt {Attempt} is none; the first is 1"
        : string.IsNullOrEmpty(Zone.Name) ? "the launch names no zone"
        : UserData.Length > MostUserDataBytes ? $"user data of {UserData.Length} bytes; at most {MostUserDataBytes}"
        : null;

    private static void Number(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Text(IncrementalHash hash, string? value)
    {
        Number(hash, value is null ? -1 : Encoding.UTF8.GetByteCount(value));
        hash.AppendData(Encoding.UTF8.GetBytes(value ?? ""));
    }

    private static void Texts(IncrementalHash hash, ImmutableSortedSet<string> values)
    {
        Number(hash, values.Count);
        foreach (string value in values)
        {
            Text(hash, value);
        }
    }
}
